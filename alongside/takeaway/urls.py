"""Addresses of this room: hers under her space, the agency's own beside them."""

from django.urls import path

from alongside.takeaway import views

PLACE = "space/<uuid:partnership_id>/"

app_name = "takeaway"
urlpatterns = [
    path(PLACE + "my-copy/", views.copy, name="copy"),
    path(PLACE + "my-copy/ask/", views.ask_copy, name="ask_copy"),
    path(PLACE + "my-copy/take/", views.take_copy, name="take_copy"),
    path(PLACE + "erasure/", views.erasure, name="erasure"),
    path(PLACE + "erasure/paper/", views.receipt, name="receipt"),
    path(PLACE + "erasure/ask/", views.ask_erasure, name="ask_erasure"),
    path(PLACE + "erasure/back/", views.take_back_erasure, name="take_back_erasure"),
    path(PLACE + "erasure/now/", views.erase_now, name="erase_now"),
    path("bring-in/", views.bring_in, name="bring_in"),
    path("holds/", views.holds, name="holds"),
    path("holds/confirm/", views.confirm_hold, name="confirm_hold"),
    path("holds/review/", views.review_hold, name="review_hold"),
    path("holds/lift/", views.lift_hold, name="lift_hold"),
]
