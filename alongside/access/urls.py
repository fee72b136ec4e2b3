"""Addresses of the way in itself, under the partnership."""

from django.urls import path

from alongside.access import views

app_name = "access"
urlpatterns = [path("looked/", views.trail, name="trail")]
