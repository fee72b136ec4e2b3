"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.topics import views

app_name = "topics"
urlpatterns = [
    path("strengths/", views.strengths, name="strengths"),
    path("strengths/offer/", views.offer, name="offer"),
    path("strengths/<uuid:strength_id>/keep/", views.keep, name="keep"),
    path("strengths/<uuid:strength_id>/my-words/", views.my_words, name="my_words"),
    path("strengths/<uuid:strength_id>/no-thanks/", views.no_thanks, name="no_thanks"),
    path("strengths/<uuid:strength_id>/tried/", views.tried, name="tried"),
    path("strengths/<uuid:strength_id>/back/", views.take_back, name="take_back"),
    path("topics/", views.topics, name="topics"),
    path("topics/name/", views.name_it, name="name"),
    path("topics/<uuid:topic_id>/", views.topic, name="topic"),
    path("topics/<uuid:topic_id>/more/", views.more, name="more"),
    path("topics/<uuid:topic_id>/pace/", views.pace, name="pace"),
    path("topics/<uuid:topic_id>/move/", views.move, name="move"),
    path("topics/<uuid:topic_id>/ask/", views.propose, name="propose"),
    path("topics/<uuid:topic_id>/talked/", views.talked, name="talked"),
    path("topics/<uuid:topic_id>/off/", views.take_off, name="take_off"),
    path("topics/<uuid:topic_id>/good/", views.look_back, name="look_back"),
    path("topics/<uuid:topic_id>/contact/<uuid:aftercare_id>/kept/", views.contact_kept, name="contact_kept"),
    path("topics/<uuid:topic_id>/contact/<uuid:aftercare_id>/no-need/", views.contact_declined, name="no_need"),
]
