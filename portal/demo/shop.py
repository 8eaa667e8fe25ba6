"""What makes the demo's shop look lived in and no ERP row can say: pictures, training dates, synonyms, rules of fit."""

import datetime as dt

from django.utils import timezone
from PIL import Image, ImageDraw

from portal.lib.days import today
from shop.models import Article, Category, Fit, Synonym, TrainingDate
from shop.pictures import keep_picture

SYNONYMS = [
    "Betriebskosten, Nebenkosten, Umlagen, BKA",
    "Kurs, Seminar, Training, Workshop, Schulung",
    "XRechnung, ZUGFeRD, E-Rechnung, elektronische Rechnung",
    "Kontoauszug, Bankimport, Zahlungsverkehr, Onlinebanking",
    "DMS, Ablage, Archiv, Dokumentenarchiv",
    "WEG-Versammlung, Eigentümerversammlung",
    "Protokoll, Beschlüsse, Beschlusssammlung",
    "Steuerberater, FiBu, DATEV",
    "Rauchmelder, Feuermelder, Rauchwarnmelder",
    "Zahlungserinnerung, Inkasso, Mahnwesen, Mahnung",
    "Migration, Import, Datenübernahme",
    "Backup, Datensicherung, Sicherungsprüfung",
    "Miete, mieten, Mietlizenz",
    "Mieterportal, Mandantenportal",
]
PLACES = ["München, Schulungsraum 2", "Hamburg, Haus am Hafen"]
HOUR = dt.time(9)


def furnish_shop():
    """All of it, over the articles of the demo's export."""
    Synonym.objects.bulk_create(Synonym(words=words) for words in SYNONYMS)
    for position, path in enumerate(["Software", "Dienstleistung"]):
        Category.objects.filter(path=path).update(position=position)
    _rules()
    _dates()
    for article in Article.objects.all():
        keep_picture(article, draw(article).resize((640, 480)), effort=0)


def _rules():
    article = {row.number: row for row in Article.objects.all()}
    # Serves whoever plays it through: each kind of rule once.
    article["TSA-K10009"].requires.add(article["TSA-K10000"])
    Fit.objects.filter(article__number="TSA-M10018").update(needs_care=Fit.Care.ANY)
    Fit.objects.filter(article__number="TSA-K10010").update(min_seats=25)
    Article.objects.filter(number="TSA-M10016").update(is_per_seat=True)
    Article.objects.filter(number="TSA-M10014").update(period_months=12, max_periods=3)
    Article.objects.filter(number="TSA-D10020").update(min_quantity=2)
    Article.objects.filter(kind=Article.Kind.TRAINING).update(unit="Platz")


def _dates():
    for count, article in enumerate(Article.objects.filter(kind=Article.Kind.TRAINING).order_by("number")):
        for turn in range(2):
            day = _weekday(today() + dt.timedelta(days=21 + 5 * count + 35 * turn))
            place = "online" if "online" in article.description else PLACES[(count + turn) % len(PLACES)]
            TrainingDate.objects.create(
                article=article,
                starts_at=_at(day, HOUR),
                ends_at=_at(day, dt.time(12 if place == "online" else 16)),
                place=place,
                seats=6 + 2 * (count % 3),
                cancel_until=day - dt.timedelta(days=10),
            )


def _weekday(day):
    """The day, or the next one on which people work; not around the turn of the year."""
    if (day.month, day.day) > (12, 20) or (day.month, day.day) < (1, 7):
        day += dt.timedelta(days=18)
    return day + dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def _at(day, time):
    return timezone.make_aware(dt.datetime.combine(day, time))


# --- pictures, drawn here: a calm ground with the sign of what it is about ---

SIZE = (960, 720)
# Ground and ink by kind.
COLOURS = {
    "K": ("#e3f0f0", "#0d5c63"),
    "M": ("#e6ecf6", "#2f4f86"),
    "D": ("#fdf0dc", "#8a4b00"),
    "S": ("#e4f3ea", "#17603a"),
    "P": ("#f1e9f4", "#6a3d7c"),
}


def draw(article):
    """A picture for an article: the sign of its kind, varied by its number."""
    ground, ink = COLOURS[article.kind]
    picture = Image.new("RGB", SIZE, ground)
    pen = ImageDraw.Draw(picture)
    SHAPES[article.kind](pen, ink, ground, int(article.number[-2:]))
    return picture


def _window(pen, ink, ground, turn):
    """A program's window, with rows of different lengths."""
    pen.rounded_rectangle((200, 150, 760, 570), 28, fill="#ffffff", outline=ink, width=10)
    pen.rounded_rectangle((200, 150, 760, 226), 28, fill=ink)
    pen.rectangle((200, 196, 760, 226), fill=ink)
    for place in range(3):
        pen.ellipse((232 + 40 * place, 176, 256 + 40 * place, 200), fill=ground)
    for row in range(4):
        wide = 120 + (turn * 37 + row * 83) % 260
        pen.rounded_rectangle((250, 270 + 68 * row, 300, 300 + 68 * row), 8, fill=ink if row == turn % 4 else ground)
        pen.rounded_rectangle((330, 270 + 68 * row, 330 + wide, 300 + 68 * row), 10, fill=ground)


def _ring(pen, ink, ground, turn):
    """A window in a ring that goes round: rent."""
    pen.arc((180, 60, 780, 660), 20 + turn * 9 % 60, 320 + turn * 9 % 30, fill=ink, width=22)
    pen.rounded_rectangle((320, 230, 640, 490), 22, fill="#ffffff", outline=ink, width=9)
    pen.rectangle((320, 250, 640, 286), fill=ink)
    for row in range(3):
        pen.rounded_rectangle((350, 316 + 54 * row, 420 + (turn * 31 + row * 67) % 180, 340 + 54 * row), 8, fill=ground)


def _clock(pen, ink, ground, turn):
    """A clock: work by the hour."""
    pen.ellipse((250, 130, 710, 590), fill="#ffffff", outline=ink, width=14)
    for mark in range(4):
        across, down = [(0, -190), (190, 0), (0, 190), (-190, 0)][mark]
        pen.ellipse((470 + across, 350 + down, 490 + across, 370 + down), fill=ink)
    pen.line((480, 360, 480, 230), fill=ink, width=18)
    across, down = [(110, 60), (120, -30), (-100, 70), (60, 110), (-110, -20)][turn % 5]
    pen.line((480, 360, 480 + across, 360 + down), fill=ink, width=14)
    pen.ellipse((462, 342, 498, 378), fill=ink)


def _board(pen, ink, ground, turn):
    """A board with a rising line, and those who look at it."""
    pen.rounded_rectangle((220, 110, 740, 450), 20, fill="#ffffff", outline=ink, width=10)
    points = [
        (270, 400),
        (370, 340 - turn * 7 % 60),
        (470, 360 - turn * 5 % 70),
        (570, 260),
        (690, 170 + turn * 3 % 40),
    ]
    pen.line(points, fill=ink, width=12, joint="curve")
    for seat in range(4):
        left = 250 + 130 * seat
        pen.ellipse((left, 500, left + 64, 564), fill=ink)
        pen.pieslice((left - 26, 570, left + 90, 700), 180, 360, fill=ink)


def _parcel(pen, ink, ground, turn):
    """A box with a band: all in one."""
    pen.rounded_rectangle((260, 230, 700, 580), 20, fill="#ffffff", outline=ink, width=10)
    pen.rectangle((440, 230, 520, 580), fill=ground)
    pen.rounded_rectangle((230, 170, 730, 270), 18, fill=ink)
    lean = 20 + turn * 11 % 60
    pen.ellipse((360 - lean, 90, 480, 170), outline=ink, width=14)
    pen.ellipse((480, 90, 600 + lean, 170), outline=ink, width=14)


SHAPES = {"K": _window, "M": _ring, "D": _clock, "S": _board, "P": _parcel}
