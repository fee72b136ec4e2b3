"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.attached import views

app_name = "attached"
urlpatterns = [
    path("attached/<uuid:attachment_id>/", views.one, name="one"),
    path("attached/<uuid:attachment_id>/written/", views.written, name="written"),
    path("attached/<uuid:attachment_id>/written/down/", views.write_down, name="write_down"),
    path("attached/<uuid:attachment_id>/written/right/", views.right, name="right"),
]
