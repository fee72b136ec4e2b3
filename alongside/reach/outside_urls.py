"""The address at which a gateway hands in text messages."""

from django.urls import path

from alongside.reach import views

urlpatterns = [path("texts/", views.text_came_in, name="text_came_in")]
