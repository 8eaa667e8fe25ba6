from django.urls import path

from .views import account, name

urlpatterns = [
    path("", account.account, name="account"),
    path("person/", account.person_edit, name="person_edit"),
    path("zweiter-faktor/", account.second_factor_rule, name="second_factor_rule"),
    path("woechentlich/", account.weekly_mail, name="weekly_mail"),
    path("firma/", account.company_edit, name="company_edit"),
    path("firmierung/", name.name_change, name="name_change"),
    path("firmierung/<uuid:pk>/", name.name_change_file, name="name_change_file"),
    path("firmierung/<uuid:pk>/zurueckziehen/", name.name_change_withdraw, name="name_change_withdraw"),
]
