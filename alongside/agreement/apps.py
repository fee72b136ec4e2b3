from django.apps import AppConfig


class Agreement(AppConfig):
    name = "alongside.agreement"
    label = "agreement"
