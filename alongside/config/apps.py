from django.apps import AppConfig


class House(AppConfig):
    name = "alongside.config"
    label = "config"

    def ready(self) -> None:
        from alongside.config import checks  # noqa: F401  (registers them)
