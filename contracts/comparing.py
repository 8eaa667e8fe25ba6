"""Versions of the terms: which are in force, and what differs between two of them, in sentences and words."""

import difflib
import re
from dataclasses import dataclass
from itertools import pairwise

from portal.lib.days import day_before

from .reading import paragraphs_of

SENTENCE = re.compile(r"(?<=[.;:!?])\s+")
# So many unchanged sentences stay beside a change; longer runs are folded.
AROUND = 1


@dataclass(frozen=True)
class Passage:
    """Sentences that stand together. parts: [(kind, text)] with kind "same", "added" or "removed".

    is_folded: unchanged, and far from any change.
    """

    parts: list
    is_folded: bool = False

    @property
    def count(self):
        return len(self.parts)


def sentences_of(paragraphs):
    """The lines of a PDF as running text, cut into sentences: lines break where the paper ends, not the thought."""
    return [sentence for sentence in SENTENCE.split(" ".join(paragraphs)) if sentence]


def compare(before, after):
    """The two texts, lists of lines, as a list of Passage in reading order; [] where they say the same."""
    old, new = sentences_of(before), sentences_of(after)
    if old == new:
        return []
    passages = []
    for kind, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            passages += _unchanged(new[c:d], is_first=not passages, is_last=d == len(new))
        else:
            passages.append(Passage(_words(" ".join(old[a:b]), " ".join(new[c:d]))))
    return passages


def _unchanged(sentences, *, is_first, is_last):
    """A run that did not change: its ends stay beside the changes, the middle is folded."""
    head, tail = (0 if is_first else AROUND), (0 if is_last else AROUND)
    middle = sentences[head : len(sentences) - tail]
    if len(middle) < 2:
        return [_same(sentences)]
    groups = [(sentences[:head], False), (middle, True), (sentences[len(sentences) - tail :] if tail else [], False)]
    return [_same(group, folded) for group, folded in groups if group]


def _same(sentences, is_folded=False):
    return Passage([("same", sentence) for sentence in sentences], is_folded)


def _words(old, new):
    """[(kind, text)] of one changed place, word by word."""
    a, b = old.split(), new.split()
    parts = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", " ".join(a[i:j])))
        else:
            parts += [(what, " ".join(words)) for what, words in (("removed", a[i:j]), ("added", b[k:m])) if words]
    return parts


def comparison(terms, other):
    """What the page of two versions shows: whether both can be read, and what differs; {} without another."""
    if not other:
        return {}
    texts = paragraphs_of(other.file), paragraphs_of(terms.file)
    return {"is_readable": all(texts), "passages": compare(*texts) if all(texts) else []}


def group_by_kind(versions):
    """[(label of the kind, [versions, newest first])]; the newest one that has not ended is marked in force."""
    kinds = {}
    for terms in versions:
        kinds.setdefault(terms.get_kind_display(), []).append(terms)
    for rows in kinds.values():
        rows[0].is_in_force = not rows[0].has_ended
        for newer, older in pairwise(rows):
            # Where nobody wrote down an end, the next version is it.
            older.valid_until = older.valid_until or day_before(newer.valid_from)
    return list(kinds.items())
