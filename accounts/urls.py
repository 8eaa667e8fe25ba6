from django.urls import path

from . import views, views_name

urlpatterns = [
    path("", views.account, name="account"),
    path("person/", views.person_edit, name="person_edit"),
    path("zweiter-faktor/", views.second_factor_rule, name="second_factor_rule"),
    path("firma/", views.company_edit, name="company_edit"),
    path("firmierung/", views_name.name_change, name="name_change"),
    path("firmierung/<uuid:pk>/", views_name.name_change_file, name="name_change_file"),
    path("firmierung/<uuid:pk>/zurueckziehen/", views_name.name_change_withdraw, name="name_change_withdraw"),
]
