"""The words inside a PDF."""

import logging

log = logging.getLogger("portal.contracts")


def paragraphs_of(field):
    """The text of a PDF in storage as a list of lines without empty ones; [] for a scan or what cannot be read."""
    # A tenth of a second to load, which only these pages should spend.
    from pypdf import PdfReader

    try:
        with field.storage.open(field.name) as file:
            text = "\n".join(page.extract_text() for page in PdfReader(file).pages)
    # A broken PDF fails in many ways (the library names no common one); the reader still has the file.
    except Exception as error:
        log.warning("No text could be read from %s: %s", field.name, type(error).__name__)
        return []
    # NUL and its like come out of broken fonts and can be neither shown nor stored.
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    return [line for line in lines if line]
