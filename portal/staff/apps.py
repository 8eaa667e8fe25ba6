from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Django's admin with our site in the place of its own."""

    default_site = "portal.staff.site.StaffSite"
