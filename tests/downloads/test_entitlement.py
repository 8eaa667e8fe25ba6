"""What a licence covers, as a table."""

import pytest

from downloads.models import Release

from .. import factories as make
from ..days import in_days

pytestmark = pytest.mark.django_db
TODAY, TOMORROW, YESTERDAY = in_days(0), in_days(1), in_days(-1)
OLD, RECENT = in_days(-300), in_days(-20)
# Licence, maintenance periods, version -> may it be loaded today?
CASES = {
    "maintained": ({}, [{"ends_on": TODAY}], {"released_on": RECENT}, True),
    "maintained without end": ({}, [{"ends_on": None}], {"released_on": RECENT}, True),
    "maintenance ended before the release": ({}, [{"ends_on": in_days(-21)}], {"released_on": RECENT}, False),
    "maintenance ended on the day": ({}, [{"ends_on": RECENT}], {"released_on": RECENT}, True),
    "released while it ran": ({}, [{"ends_on": RECENT}], {"released_on": OLD}, True),
    "a gap that a renewal closed": (
        {},
        [{"starts_on": in_days(-390), "ends_on": in_days(-301)}, {"starts_on": RECENT, "ends_on": TODAY}],
        {"released_on": in_days(-290)},
        True,
    ),
    "renewed and ended again": (
        {},
        [{"starts_on": in_days(-390), "ends_on": OLD}, {"starts_on": in_days(-270), "ends_on": in_days(-240)}],
        {"released_on": RECENT},
        False,
    ),
    "never maintained, bought after the release": ({"starts_on": RECENT}, [], {"released_on": OLD}, True),
    "never maintained, bought before the release": ({"starts_on": OLD}, [], {"released_on": RECENT}, False),
    "rent runs": ({"kind": "M", "ends_on": TODAY}, [], {"released_on": RECENT}, True),
    "rent ended": ({"kind": "M", "ends_on": YESTERDAY}, [], {"released_on": OLD}, False),
    "rent ended, maintenance still noted": (
        {"kind": "M", "ends_on": YESTERDAY},
        [{"ends_on": TOMORROW}],
        {"released_on": OLD},
        False,
    ),
    "licence begins tomorrow": ({"starts_on": TOMORROW}, [{"ends_on": None}], {"released_on": OLD}, False),
    "released tomorrow": ({}, [{"ends_on": None}], {"released_on": TOMORROW}, False),
    "withdrawn": ({}, [{"ends_on": None}], {"released_on": RECENT, "withdrawn_on": TODAY}, False),
    "security update, maintenance ended": ({}, [{"ends_on": OLD}], {"released_on": RECENT, "is_security": True}, True),
    "security update, rent ended": (
        {"kind": "M", "ends_on": OLD},
        [],
        {"released_on": RECENT, "is_security": True},
        True,
    ),
    "security update, withdrawn": (
        {},
        [{"ends_on": None}],
        {"released_on": RECENT, "is_security": True, "withdrawn_on": TODAY},
        False,
    ),
    "security update, licence begins tomorrow": (
        {"starts_on": TOMORROW},
        [],
        {"released_on": RECENT, "is_security": True},
        False,
    ),
}


@pytest.mark.parametrize("licence, periods, release, may", CASES.values(), ids=CASES.keys())
def test_what_may_be_loaded(licence, periods, release, may):
    company = make.CompanyFactory()
    row = make.LicenceFactory(company=company, **licence)
    for period in periods:
        make.MaintenanceFactory(licence=row, **period)
    version = make.ReleaseFactory(product=row.product, **release)
    assert (version in Release.objects.entitled(company)) is may


@pytest.mark.parametrize("is_security", [True, False])
def test_another_company_s_licence_opens_nothing(is_security):
    licence = make.LicenceFactory()
    make.MaintenanceFactory(licence=licence)
    make.ReleaseFactory(product=licence.product, is_security=is_security)
    assert not Release.objects.entitled(make.CompanyFactory()).exists()


def test_another_product_s_licence_opens_nothing():
    company = make.CompanyFactory()
    licence = make.LicenceFactory(company=company)
    make.MaintenanceFactory(licence=licence)
    make.ReleaseFactory(product=make.ProductFactory(number="1000", name="DOMUS 1000"))
    assert not Release.objects.entitled(company).exists()


def test_the_better_of_two_licences_counts():
    company = make.CompanyFactory()
    make.LicenceFactory(company=company, starts_on=OLD)
    kept = make.LicenceFactory(company=company, starts_on=OLD)
    make.MaintenanceFactory(licence=kept, ends_on=TODAY)
    version = make.ReleaseFactory(product=kept.product, released_on=RECENT)
    assert list(Release.objects.entitled(company)) == [version]
