from django.apps import AppConfig


class People(AppConfig):
    name = "alongside.people"
    label = "people"
