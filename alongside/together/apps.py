from django.apps import AppConfig


class Together(AppConfig):
    name = "alongside.together"
    label = "together"
