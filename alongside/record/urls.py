"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.record import views
from alongside.record.rules import What

app_name = "record"
urlpatterns = [
    path("record/", views.page, name="page"),
    path("words/", views.words, name="words"),
    path("words/need/", views.say, {"what": What.NEED}, name="say_need"),
    path("words/hope/", views.say, {"what": What.HOPE}, name="say_hope"),
    path("words/need/back/", views.take_back, {"what": What.NEED}, name="take_back_need"),
    path("words/hope/back/", views.take_back, {"what": What.HOPE}, name="take_back_hope"),
    path("words/you-start/", views.you_start, name="you_start"),
    path("words/wait-for-me/", views.wait_for_me, name="wait_for_me"),
    path("heard/", views.listening, name="listening"),
    path("heard/send/", views.send, name="send"),
    path("heard/correct/", views.correct, name="correct"),
    path("heard/yes/", views.yes, name="yes"),
    path("heard/not-quite/", views.not_quite, name="not_quite"),
    path("heard/skip/", views.skip, name="skip"),
    path("picture/", views.picture, name="picture"),
    path("picture/urgent/", views.urgent, name="urgent"),
    path("picture/worry/", views.add, {"what": What.WORRY}, name="worry"),
    path("picture/helps/", views.add, {"what": What.HELPS}, name="helps"),
    path("picture/want/", views.add, {"what": What.WANT}, name="want"),
    path("picture/where/", views.where, name="where"),
    path("picture/differently/", views.differently, name="differently"),
    path("picture/back/", views.line_back, name="line_back"),
]
