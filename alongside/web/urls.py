"""Addresses of the pages that belong to no room."""

from django.urls import path

from alongside.web import views

app_name = "web"
urlpatterns = [
    path("leave", views.leave, name="leave"),
    path("worker.js", views.worker, name="worker"),
    path("without-a-line/", views.without_a_line, name="without_a_line"),
    path("door/", views.door, name="door"),
    path("language/", views.language, name="language"),
]
