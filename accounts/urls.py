from django.urls import path

from . import views

urlpatterns = [
    path("", views.account, name="account"),
    path("person/", views.person_edit, name="person_edit"),
    path("zweiter-faktor/", views.second_factor_rule, name="second_factor_rule"),
    path("firma/", views.company_edit, name="company_edit"),
]
