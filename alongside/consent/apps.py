from django.apps import AppConfig


class Consent(AppConfig):
    name = "alongside.consent"
    label = "consent"
