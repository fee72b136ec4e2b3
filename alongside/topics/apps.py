from django.apps import AppConfig


class Topics(AppConfig):
    name = "alongside.topics"
    label = "topics"
