"""Whether a night's export looks wrong: then nothing is imported by itself."""

from .models import ErpRun

# Fewer rows than this part of the last night's are an alarm; tables of a few rows are left alone.
PART, LEAST_ROWS = 10, 20


def alarm_of(run: ErpRun) -> str:
    """ErpRun.Alarm of a night that was tried out, or "". It is compared with the last night that was imported."""
    rows = {table["file"]: table["rows"] for table in run.tried}
    if not any(rows.values()):
        return ErpRun.Alarm.EMPTY
    nights = ErpRun.objects.nights().filter(state=ErpRun.State.DONE).exclude(pk=run.pk)
    last = nights.order_by("-began_at").first()
    before = {table["file"]: table["rows"] for table in last.result} if last else {}
    is_small = any(count >= LEAST_ROWS and rows.get(file, 0) * PART <= count for file, count in before.items())
    return ErpRun.Alarm.SMALL if is_small else ""
