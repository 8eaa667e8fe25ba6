"""A company with something behind every tile, and the arguments each address needs for it."""

import datetime as dt
import uuid
from types import SimpleNamespace

from allauth.idp.oidc.models import Client
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from access.models import Invitation
from access.rights import Right
from accounts.calendars import make_calendar_address
from accounts.models import EmailChange
from portal.lib.days import today
from shop.cart import put
from shop.lists import add, make_list
from shop.models import Article
from shop.pictures import keep_picture
from shop.trainings import book
from support.models import Feature
from support.pictures import keep_picture as keep_feature_picture

from .. import factories as make

# Pages about one colleague.
PERSON = [
    "membership_edit", "membership_suspend", "membership_resume", "membership_renew", "membership_friday",
    "holder_name", "holder_end", "holder_main",
]  # fmt: skip


def furnish(company, holder, product=None):
    """Documents, versions, an article, an order and a filled cart for a company's licence holder."""
    licence = company.licences.first()
    release = make.ReleaseFactory(product=licence.product, released_on=dt.date(2019, 6, 1))
    article = make.ArticleFactory(fits=[licence.product])
    keep_picture(article, Image.new("RGB", (40, 30)))
    feature = Feature.objects.create(
        title_de="Ein Ort", title_en="One place", text_de="Alles hier.", text_en="All here."
    )
    keep_feature_picture(feature, Image.new("RGB", (40, 30)))
    line = put(company, holder, Article.objects.with_prices(company).get(pk=article.pk), 2)
    kept = make_list(company, holder, "Monatlich")
    add(kept, article, 2)
    (booking,) = book(make.TrainingDateFactory(), company, ["Erika Muster"], by=holder)
    order = make.OrderFactory(company=company, ordered_by=holder)
    make.OrderLineFactory(order=order, article=article, article_number=article.number)
    return SimpleNamespace(
        document=make.DocumentFactory(company=company),
        file=make.ReleaseFileFactory(release=release),
        installed=company.installed_versions.create(product=licence.product, place="Büro", version="25.0"),
        given=make.PassFactory(company=company, release=release, given_by=holder),
        article=article,
        feature=feature,
        line=line,
        kept=kept,
        booking=booking,
        order=order,
        change=make.NameChangeFactory(company=company),
        invoice=make.InvoiceFactory(company=company),
    )


def of_access(company, colleague):
    """A request, a take-over, an open and a closed review."""
    takeover = company.takeovers.create(membership=colleague, name=colleague.name, reason="…", objection_until=today())
    asked = colleague.requests.create(right=Right.DOWNLOADS)
    person = company.access_reviews.create().people.create(membership=colleague, name=colleague.name)
    closed = company.access_reviews.create(closed_at=timezone.now(), file=ContentFile(make.PDF, name="review.pdf"))
    return {
        "takeover_object": {"pk": takeover.pk},
        "takeover_withdraw": {"pk": takeover.pk},
        "request_answer": {"pk": asked.pk},
        "request_undo": {"pk": asked.pk},
        "review_keep": {"pk": person.pk},
        "review_file": {"pk": closed.pk},
    }


def of_pass(rows):
    """A pass with a link of its own."""
    given, token = rows.given, rows.given.new_token()
    given.save()
    return {
        "pass_create": {"release": given.release_id},
        "pass_detail": {"pk": given.pk},
        "pass_revoke": {"pk": given.pk},
        "pass_resend": {"pk": given.pk},
        "pass_open": {"token": token},
        "pass_file": {"token": token, "pk": rows.file.pk},
    }


def arguments(company, rows, terms, colleague, token):
    """URL name -> keyword arguments, for every address that takes some."""
    return {
        "document_file": {"pk": rows.document.pk},
        "terms_file": {"pk": terms.pk},
        "invoice_xml": {"pk": rows.invoice.pk},
        "terms_diff": {"pk": terms.pk},
        "objection_create": {"pk": make.ChangeFactory().pk},
        "product_detail": {"product": rows.file.release.product.number},
        "maintenance_article": {"product": rows.file.release.product.number},
        "maintenance_extend": {"product": rows.file.release.product.number},
        "product_watch": {"product": rows.file.release.product.number},
        "installed_note": {"product": rows.file.release.product.number},
        "update_advice": {"product": rows.file.release.product.number, "pk": rows.installed.pk},
        "installed_remove": {"product": rows.file.release.product.number, "pk": rows.installed.pk},
        **of_pass(rows),
        "release_file": {"pk": rows.file.pk},
        "feature_picture": {"feature": rows.feature.pk, "sha256": rows.feature.picture_sha256[:16]},
        "article_detail": {"article": rows.article.number},
        "article_picture": {
            "article": rows.article.number,
            "size": "small",
            "sha256": rows.article.picture.sha256[:16],
        },
        "list_add": {"article": rows.article.number},
        "shopping_list": {"pk": rows.kept.pk},
        "list_update": {"pk": rows.kept.pk},
        "list_delete": {"pk": rows.kept.pk},
        "list_order": {"pk": rows.kept.pk},
        "list_line": {"pk": rows.kept.pk, "line": rows.kept.lines.get().pk},
        "booking_rename": {"pk": rows.booking.pk},
        "booking_release": {"pk": rows.booking.pk},
        "cart_add": {"article": rows.article.number},
        "cart_update": {"pk": rows.line.pk},
        "cart_remove": {"pk": rows.line.pk},
        "order_detail": {"pk": rows.order.pk},
        "order_again": {"pk": rows.order.pk},
        "order_pdf": {"pk": rows.order.pk},
        "order_cancel": {"pk": rows.order.pk},
        "order_decide": {"pk": rows.order.pk},
        "order_answer": {"pk": rows.order.pk},
        "invitation_resend": {"pk": colleague.pk},
        "membership_remove": {"pk": colleague.pk},
        "access_request": {"right": Right.CONTRACTS.value},
        **{name: {"pk": colleague.pk} for name in PERSON},
        **of_access(company, colleague),
        "invitation_accept": {"token": token},
        "name_change_file": {"pk": rows.change.pk},
        "name_change_withdraw": {"pk": rows.change.pk},
        "demo_mail": {"name": f"{uuid.uuid4().hex}.eml"},
    }


def of_paper(company, person):
    """A paper that the person had made, and the address of their calendar."""
    paper = company.papers.create(
        kind="holdings", asked_by=person, language="de", made_at=timezone.now(), sha256="a" * 64,
        file=ContentFile(make.PDF, name="paper.pdf"),
    )  # fmt: skip
    token = make_calendar_address(company.memberships.get(user=person))
    return {"paper_detail": {"pk": paper.pk}, "paper_file": {"pk": paper.pk}, "calendar_feed": {"token": token}}


def of_person(person):
    """What is a person's own: a change of address, a consent, an export."""
    consent = make.ConsentFactory(user=person)
    client = Client.objects.create(id="homecase", name="HOMECASE")
    export = person.exports.create(ready_at=timezone.now(), file=ContentFile(b"PK", name="export.zip"))
    return {
        "email_undo": {"token": EmailChange.note(person, "alt@12345.example", person.email)},
        "newsletter_confirm": {"token": consent.token},
        "newsletter_stop": {"token": consent.token},
        "my_data_file": {"pk": export.pk},
        "sign_on_end": {"pk": person.sign_on_consents.create(client=client, scopes="openid").pk},
    }


def build(acme, olga, nils):
    """The world of the access table: rows, and arguments by URL name."""
    terms = make.TermsFactory()
    rows = furnish(acme, olga)
    membership = nils.at[acme.number]
    _invitation, token = Invitation.issue(membership, by=olga)
    found = arguments(acme, rows, terms, membership, token) | of_person(olga) | of_paper(acme, olga)
    return SimpleNamespace(company=acme, rows=rows, arguments=found)
