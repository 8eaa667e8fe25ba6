"""Rules of the German catalogue that a machine can hold: words, quotes, forms, first words of mails, numbers."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from portal.lib.sentences import CATALOGUE, spoken

ROOT = Path(settings.BASE_DIR)
# What people may type is read by nobody.
TYPED = "searched for"
ENTRIES = [entry for entry in polib.pofile(str(CATALOGUE), wrapwidth=0) if entry.msgctxt != TYPED]
MAILS = sorted(path for path in (ROOT / "templates").rglob("*.txt") if {"mail", "email"} & set(path.parts))
# What a word of the glossary replaces, and what says so.
WORDS = {
    "the firm is named, or says we": r"Anbieter|Hersteller(?!-Nummer)",
    "E-Mail": r"(?<![-\w(])[Mm]ails?\b(?!\)s)|\bPost (?:der|von)\b",
    "gesendet": r"\b(?:zu)?gesandt|zugesendet|\bzusenden",
    "gesperrt": r"ausgesetzt",
    "Zugriff anfragen": r"Bitten? um Zugriff|[Ii]hre Bitte\b",
    "herunterladen": r"(?<![Ee]in)(?<![Hh]och)(?<!herunter)geladen|zum Laden\b|Datei laden",
    "Vertretung": r"Stellvertret",
    "Hauptlizenzinhaber/in": r"Haupt-",
    "IP-Adresse": r"Netzadresse|Adresse im Netz",
    "ein Passwort festlegen": r"Passworts? (?:neu )?setz|Setzen (?:eines|des)|neu gesetzt",
    "finden Sie unter": r"steh(?:t|en) unter",
    "Kategorie": r"Warengruppe",
    "Verbindung und Teil": r"\bLeitung\b|\bStück\b",
    "Kontakt": r"Ansprechpartner",
    "erhalten": r"\bbekomm",
    "Rückruf und zurückziehen": r"Rückzug|Rücknahme",
    "unser Team": r"Mitarbeitende|Mitarbeiter|Personal\b",
}
FORBIDDEN = [(why, re.compile(pattern)) for why, pattern in WORDS.items()]
SHORTENED = re.compile(r"\b(?:ein|kein|neue?r?|der|die|das|zum|zur|eine?n?|ihre?|jede?)/", re.IGNORECASE)
NAMED = re.compile(r"(?<!, )\b(?:[Dd]ie|[Dd]er|[Dd]em|[Dd]en|[Dd]as|beim|vom|zum|zur) %\((?:vendor|seller|company)\)s")
END = re.compile(r"[.?!:…]$")
ABBREVIATED = re.compile(r"(?:MwSt|IdNrn?|VAT|Pos)\.?$")


def texts() -> Iterator[tuple[str, str]]:
    """(message, German) of every form of every message."""
    for entry in ENTRIES:
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            yield entry.msgid, text


def found(pattern: re.Pattern[str]) -> list[str]:
    return [f"{message}: {text}" for message, text in texts() if pattern.search(text)]


@pytest.mark.parametrize(("why", "pattern"), FORBIDDEN, ids=list(WORDS))
def test_one_word_for_one_thing(why: str, pattern: re.Pattern[str]) -> None:
    assert found(pattern) == [], why


def test_no_form_needs_a_second_slash() -> None:
    assert found(SHORTENED) == []


def test_no_double_form_of_the_role() -> None:
    """By salutation where the person is known, else "die Rolle Lizenzinhaber/in", never both words in a row."""
    assert found(re.compile(r"Lizenzinhaber/innen|inhaberin (?:oder|und) |\bLizenzinhaber(?![/\w])")) == KNOWN


# Headings about who has left, of whom the page knows nothing yet; and the forms by salutation.
KNOWN = [
    f"{message}: {text}"
    for message, text in texts()
    if text in {"Lizenzinhaber", "%(name)s ist jetzt Lizenzinhaber bei %(company)s"} or "ausgeschieden?" in text
]


def test_the_firm_has_no_article() -> None:
    """Its name is a setting: "die Müller e. K." would be wrong."""
    assert found(NAMED) == []


def test_quotation_marks_are_german() -> None:
    assert found(re.compile(r'[“](?![^„]*$)(?<!„)[^„”]*”|”|(?<!=)"(?![\w/%>#])')) == []
    for message, text in texts():
        assert text.count("„") == text.count("“"), message


def test_no_quotation_marks_past_the_catalogue() -> None:
    """A quote around a value is part of a sentence, which knows the marks of its language."""
    for path in MAILS:
        bare = re.sub(
            r"{% blocktranslate.*?{% endblocktranslate %}|{% translate.*?%}", "", path.read_text(), flags=re.S
        )
        assert not re.search("[“”„]", bare), path


def test_german_and_english_end_alike() -> None:
    """A sentence ends with its mark, a label, a button or a head without; in both languages."""
    for entry in ENTRIES:
        both = entry.msgid, entry.msgstr or entry.msgstr_plural[0]
        english, german = (bool(END.search(text)) for text in both)
        assert english == german or any(ABBREVIATED.search(text) for text in both), both


def test_a_number_with_a_noun_has_two_forms() -> None:
    """ "%(count)d links sent." says "1 links" some day; ngettext has both."""
    counted = re.compile(
        r"%\(\w+\)[sd] (?:more |new |open |unused )?[a-z]+s\b(?! (?:of|is|has|was|asks|waits|can|may)\b)"
    )
    count = re.compile(r"%\((?:count|seats|need|most|least|free|left|months|days|hours|minutes|total)\)[sd]")
    bare = [e.msgid for e in ENTRIES if not e.msgid_plural and counted.search(e.msgid) and count.search(e.msgid)]
    assert [message for message in bare if message not in MANY and "Art. 14" not in message] == []


# Numbers that are never one.
MANY = {
    "More than %(count)d hits",
    "More than %(count)d articles fit your licences",
    "At most %(most)d lines at once.",
    "You can keep at most %(most)d lists.",
    "A list holds at most %(most)d articles.",
    "The best %(total)s hits for “%(q)s”; another word narrows it down",
    "The first %(most)d rows; as CSV there are all.",
    "and %(count)d more lines",
    "%(over)s of %(total)s rows",
    "The index holds more than %(most)d rows.",
    "These are more than %(most)d invoices. Please load them from the list.",
    "More than %(most)s rows were found. Please search more precisely.",
}


def test_a_sentence_can_be_read_at_once() -> None:
    """At most 18 words, and one semicolon a message: what is longer is two sentences."""
    for message, text in texts():
        plain = re.sub(r"%\(\w+\)[sd]", "X", re.sub(r"<[^>]+>", "", text))
        for sentence in re.split(r"(?<=[.?!:;])\s+", plain):
            assert len(re.findall(r"[\w§€/-]+", sentence)) <= 18, f"{message}: {sentence}"
        assert plain.count(";") <= 1, message


# English that is German in English words: what an English reader would say.
ODD = {
    "Good day": "Hello",
    "Dearest first": "Most expensive first",
    "with obligation to pay": "binding",
    "binding effect": "sign",
    "let into": "given access to",
    "lets you into": "gives you access to",
    "You need do nothing": "You do not have to do anything",
    "Post of the demo": "demo mailbox",
    "set anew": "changed",
    "it stands here": "you find it here",
    "stand in your": "you find them in",
    "gets a mail with": "gets an e-mail with",
    "Look into your mailbox": "Check your inbox",
    "The line was cut": "The connection was lost",
}


@pytest.mark.parametrize(("odd", "better"), ODD.items())
def test_the_english_is_english(odd: str, better: str) -> None:
    assert [f"{s.place}: {s.text}" for s in spoken() if odd.lower() in s.text.lower()] == [], better


def sentences_of(path: Path) -> list[str]:
    """The first sentences of a mail, after its greeting: English as the template has them."""
    return re.findall(r"n?p?gettext\(u?'((?:[^'\\]|\\.)*)'", templatize(path.read_text()))


def test_the_first_sentence_of_a_mail_begins_small() -> None:
    """After "Guten Tag Frau Sonntag," a sentence goes on, unless it begins with Sie, Ihr, a name or a noun."""
    german = {entry.msgid: entry.msgstr or entry.msgstr_plural.get(0, "") for entry in ENTRIES}
    may = re.compile(r"^(?:Sie|Ihr|Ihre[nmrs]?|Ihnen|%\(|[a-zäöü])")
    for path in MAILS:
        source = path.read_text()
        # by_staff.txt begins with a sentence of accounts/mails.py.
        if "_subject" in path.name or path.name.startswith(("_", "base", "by_staff")):
            continue
        body = source[
            max(source.find("block text"), source.find("block content"), source.find("notification_message"), 0) :
        ]
        said = re.findall(r"gettext\(u?'((?:[^'\\]|\\.)*)'", templatize(body))
        first = next((german.get(message.replace("%%", "%"), "") for message in said), "Sie")
        assert may.search(first or "Sie"), f"{path.name}: {first}"


def test_a_time_of_day_says_uhr() -> None:
    """In mails and sentences; a column of a list may leave it out."""
    for path in MAILS:
        assert 'date:"d.m.Y H:i"' not in path.read_text(), path
    for message, text in texts():
        if re.search(r"%\(time\)s", message):
            assert "Uhr" in text


# Short messages of several apps that were looked at: one meaning, one German.
SAME = set(
    """
    All kinds, All years, Answer, Apply, Authorised person, Back, Cancel, Cart, Change, Company, Contract documents,
    Customer number, Date, Decision, Download, Downloads, Duration, E-mail address, Error, Everybody, Filter,
    First name, From, Function, Kind, Last name, Licence holder, Log, My account, Name, Number, Order,
    Order confirmation, Person, Phone, Place, Quantity, Reason, Remove, Remove %(name)s, Salutation, Save,
    Saved., Search, Seat,
    Show all, State, Sum net, Total gross, Until, VAT id, Valid until, Version, What, When, Who, Year, accepted, active,
    announced, answered, answered by, article, article number, by, company, country, created, decided,
    decided by, deleted, details, e-mail, event, file, file name, function, kind, language, last used,
    Narrow down, licence, licence holder, licence number, name, net, note, order number, periods, person, phone, place,
    position, product, program, quantity, reason, released on, rented, seat, sent, since, started, state,
    switched on, training date, unit, until, until %(day)s, valid from, valid until, version, when, you, and,
    from %(day)s, “%(word)s”, “%(words)s”, “%(name)s” %(problem)s, all, gross, My holdings, File, closed, open, Seats,
    new picture, customer number, picture, Gross, none, Month, Net, VAT, Picture, without end, ended, Licence
    """.replace("\n", " ").split(",")
) | {"Monthly, net", "Once, net"}


def test_one_message_for_one_meaning() -> None:
    """A message of one or two words that several apps share has a context, or was looked at."""
    apps: dict[str, set[str]] = {}
    for sentence in spoken():
        if not sentence.context and len(sentence.text.split()) <= 2:
            place = sentence.place.removeprefix("templates/").split("/")[0]
            apps.setdefault(sentence.text, set()).add(
                {"account": "accounts", "idp": "accounts", "mfa": "accounts"}.get(place, place)
            )
    shared = {text for text, places in apps.items() if len(places - {"components", "mail", "portal", "admin"}) > 1}
    assert shared - {" ".join(word.split()) for word in SAME} == set()
