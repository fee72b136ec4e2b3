from django.apps import AppConfig


class Takeaway(AppConfig):
    name = "alongside.takeaway"
    label = "takeaway"
