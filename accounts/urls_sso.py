"""OpenID Connect at the addresses of allauth's provider; what is not offered answers 404."""

from allauth.idp.oidc import views
from django.urls import include, path

from .views.sso import authorization, device_code

oidc = [
    path(".well-known/openid-configuration", views.configuration, name="configuration"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
    path("identity/o/authorize", authorization, name="authorization"),
    path("identity/o/logout", views.logout, name="logout"),
    path("identity/o/api/token", views.token, name="token"),
    path("identity/o/api/revoke", views.revoke, name="revoke"),
    path("identity/o/api/userinfo", views.user_info, name="userinfo"),
    path("identity/o/api/device/code", device_code, name="device_code"),
]
app_name = "idp"
urlpatterns = [path("", include((oidc, "oidc")))]
