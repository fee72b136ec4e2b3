"""The house's addresses and the yardstick's."""

from django.urls import include, path

from alongside.config.urls import handler404, handler500
from bench.yard import views

__all__ = ["handler404", "handler500"]

urlpatterns = [
    path("yard/bare/", views.bare),
    path("yard/echo/", views.echo),
    path("yard/entries/<uuid:space>/", views.entries),
    path("", include("alongside.config.urls")),
]
