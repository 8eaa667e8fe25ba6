"""The sentences that templates and modules hand to the translators, and the way of new ones into the catalogue.

"make messages" (python -m portal.lib.sentences) adds what is missing, untranslated, at the end; no gettext needed.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale/de/LC_MESSAGES/django.po"
APPS = ["portal", "accounts", "access", "contracts", "downloads", "shop", "orders", "support"]
# Which arguments of a call are the context, the sentence and its plural.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
KINDS = ("*.html", "*.txt", "*.xml", "*.mail")
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b({'|'.join(CALLS)})\(({STRING}(?:,\s*{STRING})*)", re.S)


@dataclass(frozen=True)
class Sentence:
    """An English sentence as the catalogue knows it, and where it is said ("shop/views/cart.py")."""

    text: str
    plural: str
    context: str
    place: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def spoken() -> Iterator[Sentence]:
    """Every sentence of our templates and modules, as often as it is said."""
    for path in sorted(path for kind in KINDS for path in (ROOT / "templates").rglob(kind)):
        yield from _of_template(path)
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield from _of_module(path)


def _of_template(path: Path) -> Iterator[Sentence]:
    # Django's own reader turns a template into gettext calls.
    for name, arguments in CALL.findall(templatize(path.read_text())):
        strings = [ast.literal_eval(string) for string in re.findall(STRING, arguments, re.S)]
        yield _sentence(name, strings, path)


def _of_module(path: Path) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(path.read_text())):
        name = getattr(getattr(node, "func", None), "id", "").removesuffix("_lazy")
        if isinstance(node, ast.Call) and name in CALLS:
            strings = [
                part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            if strings:
                yield _sentence(name, strings, path)


def _sentence(name: str, strings: list[str], path: Path) -> Sentence:
    context, text, plural = (strings[at].replace("%%", "%") if at is not None else "" for at in CALLS[name])
    return Sentence(text, plural, context, path.relative_to(ROOT).as_posix())


def known() -> set[tuple[str, str]]:
    """The keys of the sentences the catalogue has, translated or not."""
    return {_key(entry) for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}


def _key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid.replace("%%", "%")


def missing() -> dict[tuple[str, str], Sentence]:
    """The sentences said somewhere that the catalogue does not know."""
    there = known()
    return {sentence.key: sentence for sentence in spoken() if sentence.key not in there}


def add_missing() -> list[Sentence]:
    """Put what is missing at the end of the catalogue, untranslated, each message on one line. Returns it."""
    new = list(missing().values())
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=0)
    for sentence in new:
        more = {"msgid_plural": sentence.plural, "msgstr_plural": {0: "", 1: ""}} if sentence.plural else {}
        flags = ["python-format"] if "%(" in sentence.text else []
        text, context = sentence.text, sentence.context or None
        catalogue.append(polib.POEntry(msgid=text, msgctxt=context, comment=sentence.place, flags=flags, **more))
    if new:
        catalogue.save(str(CATALOGUE))
    return new


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    django.setup()
    for added in add_missing():
        print(f"{added.place}: {added.text}")
