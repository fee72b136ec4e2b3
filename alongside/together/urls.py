"""Addresses of this room, under `together/` in the partnership."""

from django.urls import path

from alongside.together import views

app_name = "together"
urlpatterns = [
    path("", views.papers, name="papers"),
    path("start/", views.start, name="start"),
    path("<uuid:paper_id>/", views.paper, name="paper"),
    path("<uuid:paper_id>/save/", views.save_form, name="save"),
    path("<uuid:paper_id>/live/", views.live, name="live"),
    path("<uuid:paper_id>/who/", views.who, name="who"),
    path("<uuid:paper_id>/finish/", views.finish, name="finish"),
    path("<uuid:paper_id>/into-note/", views.finish, {"into_note": True}, name="into_note"),
    path("<uuid:paper_id>/go-on/", views.go_on, name="go_on"),
]
