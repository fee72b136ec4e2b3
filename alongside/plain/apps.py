from django.apps import AppConfig


class Plain(AppConfig):
    name = "alongside.plain"
    label = "plain"
