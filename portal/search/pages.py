"""Pages by what people call them: "Passwort ändern", "Zwei-Faktor", "Adresse"."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.door import HOLDER
from access.rights import Right
from portal.lib.hits import Found, Group, Hit
from portal.lib.marking import is_hit, spelt


@dataclass(frozen=True)
class Page:
    """A page of the portal. words: what else people call it. needs: a Right, or HOLDER; of_person: no company's."""

    name: str
    title: str
    words: str = ""
    needs: str | None = None
    of_person: bool = False

    def opens_to(self, request: HttpRequest) -> bool:
        if self.needs == HOLDER:
            return request.membership.is_holder
        return not self.needs or self.needs in request.rights

    def has(self, typed: str) -> bool:
        """Whether every word typed is in its title or its other words."""
        tokens = f"{self.title} {self.words}".split()
        return all(any(is_hit(token, [word]) for token in tokens) for word in spelt(typed))

    def path(self, company: str) -> str:
        return reverse(self.name) if self.of_person else reverse(self.name, args=[company])


PAGES = [
    Page("start", _("Start page"), pgettext_lazy("searched for", "home overview tiles")),
    Page("account", _("My account"), pgettext_lazy("searched for", "profile settings language")),
    Page(
        "person_edit", _("Change your name, phone and language"),
        pgettext_lazy("searched for", "first name last name salutation telephone"),
    ),
    Page(
        "account_change_password", _("Change password"),
        pgettext_lazy("searched for", "login password set new"), of_person=True,
    ),
    Page(
        "account_email", _("Change e-mail address"),
        pgettext_lazy("searched for", "mail login address"), of_person=True,
    ),
    Page(
        "mfa_index", _("Second factor and passkeys"),
        pgettext_lazy("searched for", "two-factor 2FA authenticator app recovery codes security"), of_person=True,
    ),
    Page(
        "session_list", _("Where you are logged in"),
        pgettext_lazy("searched for", "sessions devices log out"), of_person=True,
    ),
    Page("newsletter", "Newsletter", pgettext_lazy("searched for", "mail subscribe unsubscribe news"), of_person=True),
    Page(
        "my_data", _("Your data"),
        pgettext_lazy("searched for", "GDPR export information personal data protection"), of_person=True,
    ),
    Page("account_delete", _("Delete account"), pgettext_lazy("searched for", "GDPR erase close"), of_person=True),
    Page(
        "company_edit", _("Address and phone of the company"),
        pgettext_lazy("searched for", "business address telephone move"), Right.ACCOUNT,
    ),
    Page(
        "name_change", _("Report a new company name"),
        pgettext_lazy("searched for", "rename seat register firm"), Right.ACCOUNT,
    ),
    Page(
        "document_list", _("Contract documents"),
        pgettext_lazy("searched for", "contracts papers PDF order confirmations"), Right.CONTRACTS,
    ),
    Page(
        "invoice_list", _("Invoices"),
        pgettext_lazy("searched for", "bills ZUGFeRD XRechnung tax adviser month"), Right.CONTRACTS,
    ),
    Page(
        "holding_list", _("Your licences and maintenance"),
        pgettext_lazy("searched for", "inventory rents support end extend"), Right.CONTRACTS,
    ),
    Page("terms_list", _("General terms"), pgettext_lazy("searched for", "conditions legal versions"), Right.CONTRACTS),
    Page("avv", _("Data processing agreement (AVV)"), pgettext_lazy("searched for", "conclude GDPR contract"), HOLDER),
    Page(
        "subprocessor_list", _("Sub-processors"),
        pgettext_lazy("searched for", "GDPR AVV object data protection"), Right.CONTRACTS,
    ),
    Page(
        "people_list", _("Manage access"),
        pgettext_lazy("searched for", "people permissions rights switches users colleagues"), Right.ACCESS,
    ),
    Page(
        "invitation_create", _("Add a user"),
        pgettext_lazy("searched for", "invite colleague new person access"), Right.ACCESS,
    ),
    Page("access_log", _("Log of access"), pgettext_lazy("searched for", "history who changed what"), Right.ACCESS),
    Page("review", _("Yearly review of access"), pgettext_lazy("searched for", "check still right"), Right.ACCESS),
    Page(
        "product_list", "Downloads",
        pgettext_lazy("searched for", "programs versions updates install"), Right.DOWNLOADS,
    ),
    Page(
        "pass_list", _("Passes for IT partners"),
        pgettext_lazy("searched for", "technician hand over download link"), Right.DOWNLOADS,
    ),
    Page(
        "support", _("Support"),
        pgettext_lazy("searched for", "help contact telephone opening hours question HOMECASE hotline"),
    ),
    Page("article_list", "Shop", pgettext_lazy("searched for", "order buy articles add-ons training"), Right.SHOP),
    Page("cart_detail", _("Cart"), pgettext_lazy("searched for", "basket order checkout"), Right.SHOP),
    Page("quick_order", _("Quick order"), pgettext_lazy("searched for", "article numbers paste list"), Right.SHOP),
    Page("shopping_lists", _("Shopping lists"), pgettext_lazy("searched for", "remembered articles"), Right.SHOP),
    Page(
        "training_list", _("Your trainings"),
        pgettext_lazy("searched for", "courses seats participants dates"), Right.SHOP,
    ),
    Page("order_list", _("Orders"), pgettext_lazy("searched for", "ordered order again history delivery"), Right.SHOP),
    Page(
        "date_list", pgettext_lazy("calendar", "Dates"),
        pgettext_lazy("searched for", "calendar deadlines appointments ends"),
    ),
    Page(
        "access_proof", _("Proof"),
        pgettext_lazy("searched for", "who may what auditor permissions PDF"), Right.ACCESS,
    ),
    Page("authenticity", _("Check a paper"), pgettext_lazy("searched for", "genuine hash unchanged"), of_person=True),
    Page("as_of", _("As of …"), pgettext_lazy("searched for", "past audit proof key date")),
]  # fmt: skip


def find(request: HttpRequest, typed: str) -> Found:
    """Pages that are open to the person; those whose title has all the words first. No query."""
    company = request.company.number
    found = [page for page in PAGES if page.has(typed) and page.opens_to(request)]
    words = spelt(typed)
    found.sort(key=lambda page: -sum(any(is_hit(token, [word]) for token in page.title.split()) for word in words))
    return Found([Hit(str(page.title), page.path(company)) for page in found], typed)


GROUP = Group("pages", pgettext_lazy("of the portal", "Pages"), "window", find)
