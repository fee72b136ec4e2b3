from django.apps import AppConfig


class Conversations(AppConfig):
    name = "alongside.conversations"
    label = "conversations"

    def ready(self) -> None:
        from alongside.conversations.inbound import receive
        from alongside.reach.inbound import receivers

        receivers.append(receive)
