"""Addresses of this room, under `notes/` in the partnership."""

from django.urls import path

from alongside.notes import views

app_name = "notes"
urlpatterns = [
    path("", views.page, name="page"),
    path("write/", views.write, name="write"),
    path("observation/", views.write_observation, name="write_observation"),
    path("for-you/", views.for_you, name="for_you"),
    path("for-you/<uuid:note_id>/answer/", views.answer_for_you, name="answer_for_you"),
    path("own/", views.own, name="own"),
    path("own/write/", views.write_own, name="write_own"),
    path("own/<uuid:own_id>/", views.own_page, name="own_page"),
    path("own/<uuid:own_id>/rewrite/", views.do_with_own, {"name": "rewrite"}, name="rewrite_own"),
    path("own/<uuid:own_id>/now/", views.do_with_own, {"name": "now"}, name="own_now"),
    path("own/<uuid:own_id>/readers/", views.do_with_own, {"name": "readers"}, name="readers"),
    path("withheld/<uuid:withheld_id>/", views.withheld, name="withheld"),
    path("withheld/<uuid:withheld_id>/agree/", views.agree, name="agree"),
    path("withheld/<uuid:withheld_id>/answer/", views.answer_challenge, name="answer_challenge"),
    path("<uuid:note_id>/", views.note, name="note"),
    path("<uuid:note_id>/print/", views.print_page, name="print"),
    path("<uuid:note_id>/versions/", views.versions, name="versions"),
    path("<uuid:note_id>/withhold/", views.withhold, name="withhold"),
    *(path(f"<uuid:note_id>/{name}/", views.do, {"name": name}, name=name) for name in views.DO),
]
