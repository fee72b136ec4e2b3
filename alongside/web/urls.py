"""Addresses of the pages that belong to no room."""

from django.urls import path

from alongside.web import views

app_name = "web"
urlpatterns = [
    path("hard/", views.when_it_gets_hard, name="hard"),
    path("leave", views.leave, name="leave"),
    path("language/", views.language, name="language"),
]
