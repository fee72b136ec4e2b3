from django.apps import AppConfig


class Sharing(AppConfig):
    name = "alongside.sharing"
    label = "sharing"
