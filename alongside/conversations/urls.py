"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.conversations import views

app_name = "conversations"
urlpatterns = [
    path("talk/", views.thread, name="thread"),
    path("talk/send/", views.send, name="send"),
    path("talk/seen/", views.seen, name="seen"),
    path("talk/understood/", views.understood, name="understood"),
    path("talk/answer-by/", views.promise, name="promise"),
    path("talk/nobody-answers/", views.nobody_answers, name="nobody_answers"),
    path("talk/nobody-answers/seen-to/", views.see_it_answered, name="see_it_answered"),
    path("talk/<uuid:message_id>/", views.message, name="message"),
    path("talk/<uuid:message_id>/correct/", views.correct, name="correct"),
    path("talk/<uuid:message_id>/back/", views.take_back, name="take_back"),
    path("talk/<uuid:message_id>/topic/", views.to_topic, name="to_topic"),
    path("talk/<uuid:message_id>/note/", views.to_note, name="to_note"),
    path("talk/<uuid:message_id>/decision/", views.to_decision, name="to_decision"),
]
