"""Addresses of what crosses rooms."""

from django.urls import path

from alongside.journeys.views import asking, away, cards, founding, joining, space, staffing, today

PLACE = "space/<uuid:partnership_id>/"

app_name = "journeys"
urlpatterns = [
    path("welcome/", founding.welcome, name="welcome"),
    path("join/", joining.language, name="join"),
    path("join/safety/", joining.safety, name="join_safety"),
    path("join/limits/", joining.limits, name="join_limits"),
    path("join/pin/", joining.pin, name="join_pin"),
    path(PLACE + "join/reach/", joining.reach, name="join_reach"),
    path("today/", today.today, name="today"),
    path("people/", cards.people, name="people"),
    path("staff/", staffing.staff, name="staff"),
    path("staff/posts/", staffing.give_post, name="give_post"),
    path("staff/posts/<uuid:post_id>/end/", staffing.end_post, name="end_post"),
    path("staff/away/", away.page, name="away"),
    path("staff/away/<uuid:away_id>/back/", away.back, name="back"),
    path("staff/away/<uuid:away_id>/<uuid:space_id>/", away.name_cover, name="name_cover"),
    path("staff/asked/", asking.passed_on, name="passed_on"),
    path("staff/asked/<uuid:ask_id>/", asking.answer_passed_on, name="answer_passed_on"),
    path(PLACE + "looked/why/", asking.ask_why, name="ask_why"),
    path(PLACE + "looked/asked/", asking.asked, name="asked"),
    path(PLACE + "looked/asked/<uuid:ask_id>/", asking.answer_why, name="answer_why"),
    path(PLACE + "looked/asked/<uuid:ask_id>/back/", asking.take_back_why, name="take_back_why"),
    path(PLACE + "plan/", space.our_plan, name="our_plan"),
    path(PLACE + "about/", space.about_me, name="about_me"),
    path(PLACE + "about/card/", cards.another_card, name="another_card"),
    path(PLACE + "about/seats/", space.give_seat, name="give_seat"),
    path(PLACE + "about/seats/<uuid:seat_id>/end/", space.end_seat, name="end_seat"),
]
