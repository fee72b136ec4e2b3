"""Addresses: two for staff outside of any space, and those under the partnership."""

from django.urls import path

from alongside.glass import views

PLACE = "space/<uuid:partnership_id>/"

app_name = "glass"
urlpatterns = [
    path("look-in/", views.look_in, name="look_in"),
    path("emergencies/", views.emergencies, name="emergencies"),
    path("emergencies/agree/", views.agree, name="agree"),
    path("emergencies/known/", views.known, name="known"),
    path("emergencies/review/", views.review, name="review"),
    path("emergencies/social-worker/", views.appoint, name="appoint"),
    path(PLACE + "emergencies/", views.page, name="page"),
    path(PLACE + "emergencies/<uuid:opening_id>/told/", views.told, name="told"),
    path(PLACE + "emergencies/<uuid:opening_id>/read/", views.seen, name="seen"),
    path(PLACE + "not-this-person/", views.not_this_person, name="not_this_person"),
    path(PLACE + "not-this-person/<uuid:exclusion_id>/back/", views.lift, name="lift"),
]
