from django.apps import AppConfig


class Reach(AppConfig):
    name = "alongside.reach"
    label = "reach"
