from django.apps import AppConfig


class Vault(AppConfig):
    name = "alongside.vault"
    label = "vault"
