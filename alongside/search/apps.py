from django.apps import AppConfig


class Search(AppConfig):
    name = "alongside.search"
    label = "search"
