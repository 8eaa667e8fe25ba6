"""Every page of a customer at every width: nothing is cut or out of reach; and each button says that it was pressed."""

from pathlib import Path

import pytest

from accounts.models import Company

from .addresses import every_page, lengthen

pytestmark = pytest.mark.django_db(transaction=True)
MEASURE = Path(__file__).with_name("measure.js").read_text()
BUSY = Path(__file__).with_name("busy.js").read_text()
WIDTHS = [320, 360, 640, 768, 1024, 1280]
# Words that can be broken differ from long ones at the ends only.
ENDS = [320, 1280]


def measured(page, width, text="100%"):
    """Sentences of what is wrong on the open page, at a width and a size of text."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)
    return page.evaluate(MEASURE)


def wrong_on(page, server, pages, said, widths, also="[]"):
    """A sentence for each thing that is wrong on any of the pages at any width. also: a script that finds more."""
    found = []
    for label, address in pages.items():
        page.goto(server + address)
        sizes = {f"{width}": measured(page, width) for width in widths}
        sizes["1280, text 200 %"] = measured(page, 1280, "200%")
        sizes["a press"] = page.evaluate(also)
        found += [f"{label} {said} at {size}: {what}" for size, all_of in sizes.items() for what in sorted(all_of)]
    return found


def test_nothing_is_cut_or_out_of_reach_and_each_button_is_busy_on_any_page(demo, log_in, live_server):
    company = Company.objects.get(number="12345")
    page = log_in("DOMUS_12345")
    pages = every_page(company)
    assert len(pages) > 60
    wrong = wrong_on(page, live_server.url, pages, "as it is", ENDS, also=BUSY)
    lengthen(company)
    wrong += wrong_on(page, live_server.url, pages, "with long names", WIDTHS)
    assert wrong == [], f"{len(wrong)}:\n" + "\n".join(wrong)
