"""The tab "Log": who changed what for whom and when, in plain words."""

from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.lib.csv import table_response

from ..door import company_view
from ..forms import LogForm
from ..log import events_of, what, who
from ..rights import Right

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
    header = [_("When"), _("Who"), _("For whom"), _("What")]
    return table_response(request, "protokoll", header, (_line(event) for event in events.iterator(chunk_size=500)))


def _line(event):
    return [f"{localtime(event.at):%d.%m.%Y %H:%M:%S}", who(event), event.person_name, what(event)]
