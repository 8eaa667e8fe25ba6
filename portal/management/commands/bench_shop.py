import random
import statistics
import time
from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path

from access.door import public_view
from access.models import Membership
from accounts.models import Company, User
from contracts.models import Licence, Product
from shop import catalogue
from shop.models import Article

# The bare page of docs: session and user from the database, and 15 KB through a template.
BARE = Engine().from_string(
    "<!doctype html><p>{{ user }}</p>{% for n in lines %}<li class=x>{{ n }} text</li>{% endfor %}"
)


@public_view
def bare(request):
    user = request.user if not isinstance(request.user, AnonymousUser) else "nobody"
    return HttpResponse(BARE.render(Context({"user": user, "lines": range(650)})))


class Site:
    """The portal's addresses and the bare page beside them."""

    def __init__(self):
        urls = import_module(settings.ROOT_URLCONF)
        self.urlpatterns = [path("bench-bare/", bare), *urls.urlpatterns]
        for name in ("handler400", "handler403", "handler404", "handler500"):
            setattr(self, name, getattr(urls, name))


WORDS = [
    "Nebenkostenabrechnung", "Heizkostenabrechnung", "Mahnwesen", "Beschlusssammlung", "Schlüsselverwaltung",
    "Zählerverwaltung", "Serienbrief", "Vermögensbericht", "Grundsteuer", "Energieausweis", "Dokumentenarchiv",
    "Mandantenportal", "Kontoauszug", "Handwerkerrechnung", "Technik", "Verbrauchsinformation", "Rauchwarnmelder",
    "Wirtschaftsplan", "Eigentümerversammlung", "Mietanpassung", "Kaution", "Objektbuchhaltung",
]  # fmt: skip
KINDS = ["Zusatzmodul", "Schulung", "Einrichtung", "Servicepauschale", "Mietlizenz"]


class TakeBack(Exception):
    pass


class Command(BaseCommand):
    help = "Time the shop's pages beside a bare page, with few and with many articles. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 100_000])
        parser.add_argument("--turns", type=int, default=25)

    def handle(self, articles, turns, **options):
        if settings.DEBUG:
            raise CommandError("DEBUG keeps every query in memory; the figures would be worthless.")
        figures = {}
        for count in articles:
            try:
                with transaction.atomic():
                    figures[count] = measure(count, turns)
                    raise TakeBack
            except TakeBack:
                catalogue._kept.clear()
        self.show(figures)

    def show(self, figures):
        counts = list(figures)
        head = "".join(f"{count:>12,}" for count in counts)
        self.stdout.write(f"times the bare page, articles: {head}{'growth' if len(counts) > 1 else '':>10}")
        for name in figures[counts[0]]:
            row = [figures[count][name] for count in counts]
            bases = [figures[count]["bare page"] for count in counts]
            ratios = [seconds / base for seconds, base in zip(row, bases, strict=True)]
            growth = f"{ratios[-1] / ratios[0]:10.2f}" if len(row) > 1 else ""
            self.stdout.write(f"{name:<30}" + "".join(f"{ratio:>12.2f}" for ratio in ratios) + growth)
        base = ", ".join(f"{figures[count]['bare page'] * 1000:.1f} ms" for count in counts)
        self.stdout.write(f"The bare page took {base}.")


def measure(count, turns):
    """{page: median seconds of a request}; pages take turns, so that all meet the same weather."""
    company, person, article = furnish(count)
    with override_settings(ROOT_URLCONF=Site(), ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        client = Client()
        client.force_login(person, backend="accounts.backends.LoginNameBackend")
        shop = f"/kunde/{company.number}/shop/"
        pages = {
            "bare page": "/bench-bare/",
            "list": shop,
            "list, last page": f"{shop}?page=9999",
            "list, a category": f"{shop}?category=Bench/Kauf",
            "search, two words": f"{shop}?q=schulung+nebenkosten",
            "search, a typing error": f"{shop}?q=nebnkosten",
            "search, a number": f"{shop}?q={article.number.lower().replace('-', ' ')}",
            "suggestions": f"{shop}vorschlaege/?q=heizk",
            "article": f"{shop}artikel/{article.number}/",
            "cart": f"{shop}warenkorb/",
        }
        seconds = {name: [] for name in pages}
        for turn in range(turns + 2):
            for name, url in pages.items():
                began = time.perf_counter()
                answer = client.get(url)
                # The first turns fill caches and plans.
                if turn > 1:
                    seconds[name].append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise CommandError(f"{url} answered {answer.status_code}")
    return {name: statistics.median(some) for name, some in seconds.items()}


ROWS = """
    insert into shop_category (path, name, position, parent_id) values ('Bench', 'Bench', 0, null);
    insert into shop_category (path, name, position, parent_id)
        select 'Bench/' || name, name, 0, (select id from shop_category where path = 'Bench')
        from unnest(array['Kauf', 'Miete', 'Schulung', 'Einrichtung']) name;
"""


def furnish(count):
    """A company with four of eight products, and so many articles that each fit one or two of them."""
    chance = random.Random(count)  # noqa: S311 - made-up articles
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        cursor.execute("select id from shop_category where path like 'Bench/%'")
        shelves = [row[0] for row in cursor.fetchall()]
    products = [Product.objects.create(number=f"BENCH{n}", name=f"Bench {n}") for n in range(8)]
    company = Company.objects.create(number="BENCH-1", name="Bench GmbH")
    for place, product in enumerate(products[:4]):
        Licence.objects.create(number=f"BENCH-{place}", company=company, product=product, seats=10)
    person = User.objects.create(username="bench", first_name="Bench", email="bench@bench.example")
    Membership.objects.create(
        company=company, user=person, is_holder=True, is_main_holder=True, accepted_at="2026-01-01T00:00Z"
    )
    batch = []
    for number in range(count):
        name = f"{chance.choice(KINDS)} {chance.choice(WORDS)} {chance.choice(WORDS)} {number % 97}"
        text = f"{name} für Verwaltungen jeder Größe."
        more = {"kind": chance.choice("KMDSP"), "category_id": chance.choice(shelves), "description": text}
        batch.append(Article(number=f"BN-K{number:06}", name=name, list_price=chance.randint(50, 5000), **more))
    made = Article.objects.bulk_create(batch, batch_size=2000)
    fit = Article.fits.through
    rows = [
        fit(article=article, product=product)
        for article in made
        for product in chance.sample(products, chance.randint(1, 2))
    ]
    fit.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        # As autovacuum does behind a real import.
        for index in ("article_words", "article_normal", "article_number_part", "shop_word_near"):
            cursor.execute("select gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("analyze shop_article; analyze shop_article_fits; analyze contracts_licence; analyze shop_word")
    return company, person, Article.objects.fitting(company).filter(number__startswith="BN-K").first()
