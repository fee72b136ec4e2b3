"""What the tests of views do: look at a page, send a form as a browser does, and see what came of it."""

from urllib.parse import urlencode


def page(client, address):
    """The page as it is drawn."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, address, **form):
    """As a browser sends a form: each end of a line as CR LF."""
    body = urlencode({name: value.replace("\n", "\r\n") for name, value in form.items()})
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def only(model):
    """The one row that there is."""
    return model.objects.unguarded(because="test").get()
