from django.apps import AppConfig


class Yard(AppConfig):
    name = "bench.yard"
    label = "yard"
