from django.apps import AppConfig


class Kit(AppConfig):
    name = "alongside.kit"
    label = "kit"
