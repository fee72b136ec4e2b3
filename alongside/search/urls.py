"""Addresses of the search."""

from django.urls import path

from alongside.search import views

app_name = "search"
urlpatterns = [
    path("search/", views.everywhere, name="everywhere"),
    path("space/<uuid:partnership_id>/search/", views.in_space, name="in_space"),
]
