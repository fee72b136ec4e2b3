from django.apps import AppConfig


class Safety(AppConfig):
    name = "alongside.safety"
    label = "safety"
