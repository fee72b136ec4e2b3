from django.apps import AppConfig


class Attached(AppConfig):
    name = "alongside.attached"
    label = "attached"
