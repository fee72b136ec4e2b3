"""Addresses of “When it gets hard”: one page of what several rooms know, and the room's own."""

from django.urls import path

from alongside.journeys.views import hard
from alongside.safety import views

PLACE = "space/<uuid:partnership_id>/hard/"

app_name = "safety"
urlpatterns = [
    path("hard/", views.lines, name="lines"),
    path("staff/lines/", views.edit_lines, name="edit_lines"),
    path("staff/lines/<uuid:line_id>/", views.change_line, name="change_line"),
    path("staff/lines/<uuid:line_id>/off/", views.take_off_line, name="take_off_line"),
    path(PLACE, hard.page, name="hard"),
    path(PLACE + "call/", hard.ask_to_call, name="call"),
    path(PLACE + "call/<uuid:call_id>/", hard.be_in_touch, name="in_touch"),
    path(PLACE + "plan/", views.write_plan, name="plan"),
    path(PLACE + "open/", hard.open_plan, name="open"),
    path(PLACE + "night/<uuid:call_id>/", views.look_back, name="look_back"),
    path(PLACE + "night/<uuid:call_id>/no/", views.leave_out, name="leave_out"),
]
