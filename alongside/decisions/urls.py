"""Addresses of this room, under the partnership. What is posted has small addresses of its own."""

from django.urls import path

from alongside.decisions import views

ONE = "<uuid:decision_id>/"

app_name = "decisions"
urlpatterns = [
    path("", views.decisions, name="list"),
    path("open/", views.open_question, name="open"),
    path(ONE, views.page, name="page"),
    path(ONE + "on-the-way/", views.on_the_way, name="on_the_way"),
    path(ONE + "print/", views.print_page, name="print"),
    path(ONE + "words/", views.reword, name="reword"),
    path(ONE + "fixed/", views.say_what_is_fixed, name="fixed"),
    path(ONE + "ways/", views.add_way, name="add_way"),
    path(ONE + "sides/", views.add_side, name="add_side"),
    path(ONE + "matters/", views.name_matter, name="name_matter"),
    path(ONE + "take-back/", views.take_back, name="take_back"),
    path(ONE + "weigh/", views.weigh, name="weigh"),
    path(ONE + "fit/<uuid:way_id>/", views.fit, name="fit"),
    path(ONE + "view/", views.write_view, name="write_view"),
    path(ONE + "view/take-back/", views.take_back_view, name="take_back_view"),
    path(ONE + "lean/", views.lean, name="lean"),
    path(ONE + "ask/", views.ask, name="ask"),
    path(ONE + "check/", views.check, name="check"),
    path(ONE + "gaps/", views.plan_gap, name="plan_gap"),
    path(ONE + "gaps/<uuid:gap_id>/done/", views.close_gap, name="close_gap"),
    path(ONE + "choice/", views.choose, name="choose"),
    path(ONE + "look-back/", views.look_back, name="look_back"),
    path(ONE + "reopen/", views.reopen, name="reopen"),
]
