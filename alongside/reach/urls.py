"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.reach import views

app_name = "reach"
urlpatterns = [path("reach/", views.how_to_reach, name="how_to_reach")]
