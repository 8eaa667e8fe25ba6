from django.urls import path

from . import views

urlpatterns = [
    path("", views.support, name="support"),
    path("bild/<int:feature>/<slug:sha256>/", views.feature_picture, name="feature_picture"),
]
