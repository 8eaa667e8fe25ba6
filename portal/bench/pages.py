"""What is asked for: the main pages of a customer, the first visits of others, and the staff's."""

from dataclasses import dataclass, field

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse

from access.models import Membership
from accounts.models import Company, User
from accounts.sessions import SessionStore
from orders.models import Order
from shop.models import Article, Cart

NUMBER = "BENCH-1"
SECRET = "b" * 32
VISITORS = 24


@dataclass(frozen=True)
class Page:
    """One row of the table. form: sent as a POST. each: one address and cookie for each request, for first visits."""

    name: str
    path: str = ""
    cookie: str = ""
    form: dict = field(default_factory=dict)
    each: tuple = ()

    @property
    def status(self) -> int:
        return 302 if self.form else 200


def all_pages() -> list[Page]:
    """Every page with the cookie of who asks for it; sessions are made for it."""
    return [*_customer_pages(), *_first_visits(), *_staff_pages()]


def cookie_of(person: User) -> str:
    """A session of the person, as a browser would send it."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "accounts.backends.LoginNameBackend"
    session.create()
    return f"session={session.session_key}; csrf={SECRET}"


def _customer_pages() -> list[Page]:
    person = User.objects.get(username="bench-big-0")
    company = Company.objects.get(number=NUMBER)
    article, cookie = _filled_cart(company, person), cookie_of(person)
    order = company.orders.filter(lines__article=article).first() or company.orders.newest_first().first()
    product = company.licences.first().product.number

    def page(name: str, view: str, *args: object, query: str = "", form: dict | None = None) -> Page:
        return Page(name, reverse(view, args=[NUMBER, *args]) + query, cookie, form or {})

    return [
        page("start", "start"),
        page("account", "account"),
        page("documents", "document_list"),
        page("access, 200 people", "people_list"),
        page("downloads", "product_list"),
        page("downloads of a product", "product_detail", product),
        page("articles", "article_list"),
        page("articles of a category", "article_list", query="?category=Programme/Kauf"),
        page("articles, last page", "article_list", query="?page=9999"),
        page("search, two words", "article_list", query="?q=schulung+mahnwesen"),
        page("search, one word", "article_list", query="?q=abrechnung"),
        page("search, a typing error", "article_list", query="?q=mahnwsen"),
        page("search, a number", "article_list", query=f"?q={article.number}"),
        page("search, nothing", "article_list", query="?q=zzqqxx"),
        page("suggestions", "article_suggest", query="?q=heizk"),
        page("article", "article_detail", article.number),
        page("add to cart", "cart_add", article.number, form={"quantity": "1"}),
        page("cart", "cart_detail"),
        page("checkout", "order_create"),
        page("orders", "order_list"),
        page("orders, last page", "order_list", query="?page=9999"),
        page("orders of a state", "order_list", query="?state=received"),
        page("orders, searched", "order_list", query="?q=BEST-300"),
        page("order", "order_detail", order.pk),
        page("order again", "order_again", order.pk),
        page("log of access", "access_log"),
        page("log of downloads", "download_log"),
        page("log of documents", "opening_list"),
        page("support", "support"),
    ]


def _filled_cart(company: Company, person: User) -> Article:
    """Five fitting articles in the cart; gives the first of them."""
    cart, _made = Cart.objects.get_or_create(company=company, user=person)
    articles = list(Article.objects.fitting(company).filter(kind="K", number__startswith="BN-").order_by("pk")[:5])
    cart.lines.all().delete()
    for article in articles:
        cart.lines.create(article=article, quantity=1, seen_price=article.list_price)
    return articles[0]


def _first_visits() -> list[Page]:
    memberships = Membership.objects.filter(is_holder=True, accepted_at__isnull=False).exclude(company__number=NUMBER)
    some = list(
        memberships.filter(company__licences__number__endswith="-1").select_related("company", "user")[:VISITORS]
    )
    cookies = [cookie_of(membership.user) for membership in some]

    def page(name: str, view: str, query: str = "") -> Page:
        paths = [reverse(view, args=[membership.company.number]) + query for membership in some]
        return Page(f"first visit: {name}", each=tuple(zip(paths, cookies, strict=True)))

    return [
        page("start", "start"),
        page("articles", "article_list"),
        page("search, two words", "article_list", "?q=schulung+mahnwesen"),
    ]


def _staff_pages() -> list[Page]:
    cookie = cookie_of(User.objects.get(username="bench-staff"))
    company, order = Company.objects.get(number=NUMBER), Order.objects.filter(number__startswith="BN").first()

    def page(name: str, view: str, *args: object, query: str = "") -> Page:
        return Page(f"staff: {name}", reverse(f"admin:{view}", args=args) + query, cookie)

    return [
        page("home", "index"),
        page("search, a name", "search", query="?q=nord"),
        page("search, an order", "search", query="?q=BN100002"),
        page("customers", "accounts_company_changelist"),
        page("customers, by number", "accounts_company_changelist", query="?q=0900042"),
        page("customers, by name", "accounts_company_changelist", query="?q=verwaltung+nord"),
        page("customer", "accounts_company_change", company.pk),
        page("people", "accounts_user_changelist"),
        page("people, searched", "accounts_user_changelist", query="?q=m%C3%BCller-77"),
        page("orders", "orders_order_changelist"),
        page("orders, searched", "orders_order_changelist", query="?q=BN1000005"),
        page("order", "orders_order_change", order.pk),
        page("articles", "shop_article_changelist"),
        page("articles, searched", "shop_article_changelist", query="?q=mahnwesen"),
        page("article", "shop_article_change", Article.objects.filter(number__startswith="BN-").first().pk),
        page("documents", "contracts_document_changelist"),
        page("licences", "contracts_licence_changelist"),
        page("memberships", "access_membership_changelist"),
    ]
