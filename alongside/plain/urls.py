"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.plain import actions, forms, views

SAY = {"act": actions.say_back}
ANSWER = {"act": actions.answer_said_back}

app_name = "plain"
urlpatterns = [
    path("wording/", views.wording, name="wording"),
    path("wording/like/", views.say, {"kind": forms.Like}, name="like"),
    path("wording/not/", views.say, {"kind": forms.Dislike}, name="dislike"),
    path("wording/<uuid:wording_id>/back/", views.take_back, name="take_back"),
    path("hints/", views.while_typing, name="while_typing"),
    path("own-words/", views.say_back, name="say_back"),
    path("own-words/<uuid:explained_id>/", views.on_explained, {"kind": forms.SayIt, **SAY}, name="say_it"),
    path("own-words/<uuid:explained_id>/out/", views.on_explained, {"kind": forms.LeaveOut, **SAY}, name="leave_out"),
    path("own-words/<uuid:explained_id>/yes/", views.on_explained, {"kind": forms.ThatIsIt, **ANSWER}, name="yes"),
    path("own-words/<uuid:explained_id>/again/", views.on_explained, {"kind": forms.SayAgain, **ANSWER}, name="again"),
]
