from django.apps import AppConfig


class People(AppConfig):
    name = "alongside.people"
    label = "people"

    def ready(self) -> None:
        # The library signs people in and out in more than one place; its own signal is the one
        # moment they have in common.
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from alongside.people import sessions

        user_logged_in.connect(sessions.note_sign_in)
        user_logged_out.connect(sessions.note_sign_out)
