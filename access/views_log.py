"""The tab "Log": who changed what for whom and when, in plain words."""

import csv

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.lib.csv import safe_row

from .door import company_view
from .forms import LogForm
from .log import events_of, what, who
from .rights import Right

PER_PAGE = 50
LARGEST_ID = 2**63 - 1


@company_view(needs=Right.ACCESS)
def access_log(request):
    form = LogForm(request.GET)
    events = events_of(request.company, **form.wanted())
    before = request.GET.get("before", "")
    if before.isdecimal() and int(before) <= LARGEST_ID:
        events = events.filter(pk__lt=int(before))
    # One more than is shown says whether there are older ones; nothing is counted.
    found = list(events[: PER_PAGE + 1])
    older = found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None
    context = {"events": found[:PER_PAGE], "older": older, "form": form, "before": before}
    return render(request, "access/access_log.html", context)


@company_view(needs=Right.ACCESS)
def access_log_export(request):
    events = events_of(request.company, **LogForm(request.GET).wanted())
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="protokoll.csv"'
    return response


class _Echo:
    def write(self, text):
        return text


def _lines(events):
    writer = csv.writer(_Echo(), delimiter=";")
    # The mark tells Excel that this is UTF-8.
    yield "\ufeff"
    yield writer.writerow([_("When"), _("Who"), _("For whom"), _("What")])
    for event in events.iterator(chunk_size=500):
        moment = f"{localtime(event.at):%d.%m.%Y %H:%M:%S}"
        yield writer.writerow(safe_row([moment, who(event), event.person_name, what(event)]))
