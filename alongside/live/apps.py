from django.apps import AppConfig


class Live(AppConfig):
    name = "alongside.live"
    label = "live"
