"""Whose is a row? Each table names its company, or a row that does, or stands in the list of nobody's."""

from django.apps import apps

COMPANY = "accounts.company"
OURS = {"access", "accounts", "contracts", "downloads", "orders", "portal", "shop", "support"}
# Of the vendor or of all alike: they would be copied to each server, or stay on one, if rows were spread by company.
# Prices and changes name a company where they have one, mails their reader only.
NOBODYS = {
    "contracts.deletionreport", "contracts.product", "contracts.publication", "contracts.publicationentry",
    "contracts.subprocessor", "contracts.subprocessorchange",
    "contracts.terms", "downloads.release", "downloads.releasefile", "downloads.upload", "orders.erpcall",
    "orders.erptoken", "orders.webhook", "orders.webhookcall", "portal.change", "portal.erpexport", "portal.erprow",
    "portal.erprun", "portal.loginday", "portal.mailhandover", "portal.remembered", "portal.sweep",
    "portal.trouble", "portal.wave",
    "shop.article", "shop.category", "shop.fit", "shop.fitkey", "shop.miss", "shop.picture", "shop.price",
    "shop.synonym", "shop.trainingdate", "support.adviser", "support.contact", "support.feature",
    "support.incident", "support.openingday", "support.openingtime", "support.supporttext",
}  # fmt: skip
# Of a person, who may belong to several companies.
PERSONS = {
    "accounts.dataexport", "accounts.deletionrequest", "accounts.emailchange", "accounts.newsletterconsent",
    "accounts.session", "accounts.signonconsent", "accounts.user",
}  # fmt: skip


def ways():
    """Model -> how it is known whose its rows are: "company", the field that leads to such a row, or ""."""
    models = {model._meta.label_lower: model for model in apps.get_models() if model._meta.app_label in OURS}
    found = {label: "itself" if label == COMPANY else "" for label in models}
    grown = True
    while grown:
        grown = False
        for label, model in models.items():
            if not found[label] and (way := _way(model, found)):
                found[label], grown = way, True
    return found


def _way(model, found):
    """The field of a row that cannot be empty and leads to a company: to itself first."""
    fields = [field for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    certain = [field for field in fields if not field.null]
    for field in certain:
        if field.related_model._meta.label_lower == COMPANY:
            return field.name
    return next((field.name for field in certain if found.get(field.related_model._meta.label_lower)), "")


def test_each_table_says_whose_its_rows_are():
    without = {label for label, way in ways().items() if not way}
    assert without == NOBODYS | PERSONS
