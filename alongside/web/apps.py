from django.apps import AppConfig


class Web(AppConfig):
    name = "alongside.web"
    label = "web"
