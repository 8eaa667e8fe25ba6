from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Django's admin with our site in the place of its own."""

    default_site = "portal.staff.site.StaffSite"

    def ready(self) -> None:
        # Imported late: it reads the tables of other apps.
        from .naming import name_all

        super().ready()
        name_all()
