"""The demo's Support-Modul: what HOMECASE does, drawn, and the vendor's desks with their hours."""

import datetime as dt

from PIL import Image, ImageDraw

from portal.lib.days import today
from support.models import Contact, Feature, OpeningDay, OpeningTime
from support.pictures import keep_picture

FEATURES = [
    ("chat-bubble-left-right", "Alle Fragen an einem Ort", "All questions in one place",
     "Stellen Sie Ihre Fragen an DOMUS und finden Sie jede Antwort in einer Liste wieder statt in zehn Postfächern.",
     "Ask DOMUS your questions and find every answer in one list instead of ten mailboxes.",
     "Eine Liste mit Fragen und Antworten", "A list of questions and answers"),
    ("paper-clip", "Bilder und Dateien dabei", "Pictures and files included",
     "Ein Bild der Fehlermeldung, die Abrechnung als PDF: Was zur Frage gehört, liegt bei ihr und ist sofort zur Hand.",
     "A picture of the error, the statement as PDF: what belongs to the question lies with it.",
     "Eine Frage mit angehängten Dateien", "A question with files attached to it"),
    ("clock", "Stand jederzeit sichtbar", "Progress always visible",
     "Sie sehen, wer Ihre Frage bearbeitet und wie weit sie ist. Das erspart Ihnen die Rückfrage am Telefon.",
     "You see who works on your question and how far it is. That spares you the call.",
     "Drei Schritte, von denen zwei erledigt sind", "Three steps, two of them done"),
    ("users", "Das ganze Team liest mit", "The whole team reads along",
     "Kolleginnen und Kollegen sehen die Fragen Ihrer Firma: Was einmal beantwortet ist, wird nicht noch einmal gefragt.",
     "Colleagues see the questions of your company: what was answered once is not asked again.",
     "Drei Personen an einer Frage", "Three people at one question"),
]  # fmt: skip
CONTACTS = [
    ("Technischer Support", "Technical support", "+49 89 66086-110", "support@domus-software.de", 5, 8, 17),
    ("Softwarepflege und Verträge", "Maintenance and contracts", "+49 89 66086-120",
     "softwarepflege@domus-software.de", 4, 9, 16),
    ("Shop und Schulungen", "Shop and training", "+49 89 66086-130", "shop@tsa-solution.example", 5, 9, 16),
]  # fmt: skip
CLOSED = [(12, 24, "Heiligabend", "Christmas Eve"), (12, 31, "Silvester", "New Year's Eve")]


def furnish_support() -> None:
    """All of it, with the closed days of this year and the next."""
    for position, (icon, de, en, text_de, text_en, shows_de, shows_en) in enumerate(FEATURES):
        feature = Feature.objects.create(
            position=position, icon=icon, title_de=de, title_en=en, text_de=text_de, text_en=text_en,
            picture_text_de=shows_de, picture_text_en=shows_en,
        )  # fmt: skip
        keep_picture(feature, draw(position))
    for position, (de, en, phone, email, days, opens, closes) in enumerate(CONTACTS):
        contact = Contact.objects.create(position=position, name_de=de, name_en=en, phone=phone, email=email)
        for weekday in range(days):
            OpeningTime.objects.create(contact=contact, weekday=weekday, opens=dt.time(opens), closes=dt.time(closes))
    for year in (today().year, today().year + 1):
        for month, day, why_de, why_en in CLOSED:
            OpeningDay.objects.create(day=dt.date(year, month, day), why_de=why_de, why_en=why_en)


# --- pictures, drawn here: a calm ground with what it is about ---

SIZE = (960, 400)
GROUND, INK, WHITE = "#e3f0f0", "#0d5c63", "#ffffff"


def draw(number: int) -> Image.Image:
    """A picture for one of the functions."""
    picture = Image.new("RGB", SIZE, GROUND)
    [_list, _files, _steps, _people][number](ImageDraw.Draw(picture))
    return picture


def _list(pen: ImageDraw.ImageDraw) -> None:
    for row in range(3):
        top, left = 50 + 105 * row, 200 if row % 2 == 0 else 320
        pen.rounded_rectangle((left, top, left + 440, top + 80), 24, fill=WHITE if row % 2 == 0 else INK)
        ink = INK if row % 2 == 0 else WHITE
        pen.rounded_rectangle((left + 30, top + 22, left + 330, top + 36), 7, fill=ink)
        pen.rounded_rectangle((left + 30, top + 48, left + 230, top + 60), 6, fill=ink)


def _files(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((160, 70, 540, 330), 24, fill=WHITE, outline=INK, width=6)
    for row in range(4):
        pen.rounded_rectangle((200, 115 + 50 * row, 480 - 50 * row, 133 + 50 * row), 8, fill=GROUND)
    for place in range(2):
        left = 590 + 115 * place
        pen.rounded_rectangle((left, 120, left + 95, 280), 14, fill=INK)
        pen.polygon([(left + 60, 120), (left + 95, 155), (left + 60, 155)], fill=GROUND)


def _steps(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((220, 194, 740, 206), fill=INK)
    for place in range(3):
        middle, is_done = 220 + 260 * place, place < 2
        pen.ellipse((middle - 60, 140, middle + 60, 260), fill=INK if is_done else WHITE, outline=INK, width=8)
        if is_done:
            pen.line([(middle - 26, 200), (middle - 6, 222), (middle + 28, 180)], fill=WHITE, width=12)


def _people(pen: ImageDraw.ImageDraw) -> None:
    for place in range(3):
        middle, ink = 280 + 200 * place, INK if place == 1 else "#5c9299"
        pen.ellipse((middle - 50, 80, middle + 50, 180), fill=ink)
        pen.pieslice((middle - 100, 200, middle + 100, 400), 180, 360, fill=ink)
