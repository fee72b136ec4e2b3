"""Addresses of the way in itself, under the partnership. Asking why is among the journeys."""

from django.urls import path

from alongside.access import views

app_name = "access"
urlpatterns = [
    path("looked/", views.trail, name="trail"),
    path("looked/proof", views.proof, name="proof"),
    path("looked/code/", views.code, name="code"),
]
