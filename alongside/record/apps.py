from django.apps import AppConfig


class Record(AppConfig):
    name = "alongside.record"
    label = "record"
