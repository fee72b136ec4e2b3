from django.apps import AppConfig


class Decisions(AppConfig):
    name = "alongside.decisions"
    label = "decisions"
