from django.apps import AppConfig


class Glass(AppConfig):
    name = "alongside.glass"
    label = "glass"
