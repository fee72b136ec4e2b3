"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.reach import views

app_name = "reach"
urlpatterns = [
    path("reach/", views.how_to_reach, name="how_to_reach"),
    path("reach/try/", views.try_it_out, name="try_it_out"),
    path("reach/notices/", views.wake_here, name="wake_here"),
    path("reach/notices/<uuid:woken_id>/end/", views.wake_no_more, name="wake_no_more"),
    path("reach/seen-to/", views.see_to_it, name="see_to_it"),
    path("reach/cannot-wait/", views.ask_past_hours, name="ask_past_hours"),
    path("reach/cannot-wait/<uuid:asked_past_id>/", views.agree_past_hours, name="agree_past_hours"),
]
