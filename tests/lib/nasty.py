"""Texts that have broken papers, mails and tables elsewhere."""

# Nobody sees these; no field of one line takes them, nor one of several lines.
UNSEEN = [
    "a\0b", "a\x01b", "a\x0bb", "a\x0cb", "a\x1b[31mb", "a\x1fb", "a\x7fb", "a\x85b", "a\x9fb", "rechnung\u202efdp.exe",
    "a\u202ab", "a\u2066b", "a\u2069b", "a\u200eb", "a\u200fb", "a\u061cb", "a\ufffeb", "a\uffffb", "a\ufdd0b",
    "a\ud83db", "a\udc00b", "a\u3164b", "a\u115fb", "a\uffa0b", "a\u2800b", "a\u180eb", "a\u206ab", "a\ufff9b",
    "a\U000e0041b", "a\ufe0fb", "a\U000e0100b", "a\U0001d173b",
]  # fmt: skip
# A text of several lines may hold these; a line does not.
OF_LINES = [
    "a\nb", "a\r\nb", "a\rb", "a\tb", "a\u2028b", "a\u2029b", "a\u200bb", "a\u200db", "a\u00adb", "a\u2060b",
    "a\ufeffb",
]  # fmt: skip
# These are signs like others: taken everywhere, and every paper is made.
SEEN = [
    "Eilt \U0001f642", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u260e\ufe0f 1\ufe0f\u20e3",
    "\u6f22\u5b57", "\ufdfa", "\u05e9\u05dc\u05d5\u05dd", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\uf0b7 \ue000", "Za\u0308hler", "\uff11\uff1d", "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "Z\u0351\u036b\u0343\u036aa\u0308\u0321", "\ud55c\uad6d\uc5b4",
    "\u041f\u0440\u0438\u0432\u0435\u0442", "<b>&amp;\"'</b> ]]>", "#read(\"/etc/passwd\") *x* $1$",
    "M\u00fcller & S\u00f6hne \u2013 \u201eHausverwaltung\u201c \u20ac", "\u00a0x\u2009y",
]  # fmt: skip
ALL = UNSEEN + OF_LINES + SEEN
