"""What is a person's own wherever they work: below /konto/."""

from django.urls import path

from .views import data, security, sso
from .views import newsletter as letter

urlpatterns = [
    path("sitzungen/", security.session_list, name="session_list"),
    path("sitzungen/beenden/", security.session_end, name="session_end"),
    path("adresse/<str:token>/", security.email_undo, name="email_undo"),
    path("programme/", sso.sign_on_list, name="sign_on_list"),
    path("programme/<int:pk>/beenden/", sso.sign_on_end, name="sign_on_end"),
    path("newsletter/", letter.newsletter, name="newsletter"),
    path("newsletter/<str:token>/bestaetigen/", letter.newsletter_confirm, name="newsletter_confirm"),
    path("newsletter/<str:token>/abmelden/", letter.newsletter_stop, name="newsletter_stop"),
    path("daten/", data.my_data, name="my_data"),
    path("daten/<uuid:pk>/", data.my_data_file, name="my_data_file"),
    path("loeschen/", data.account_delete, name="account_delete"),
    path("loeschen/zuruecknehmen/", data.account_keep, name="account_keep"),
]
