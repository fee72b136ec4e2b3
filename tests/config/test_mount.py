"""Django's synchronous side inside the server: what it is asked, and how its answers leave."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync

from alongside.config import mount
from alongside.config.mount import Mount


class Exchange:
    """One request and what was answered."""

    def __init__(self, body=(b"",), **scope):
        self.scope = {
            "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"",
            "http_version": "1.1", "headers": [], "client": ("192.0.2.7", 1), "server": ("127.0.0.1", 8000), **scope,
        }  # fmt: skip
        self.body, self.sent = list(body), []

    async def receive(self):
        if not self.body:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self.body.pop(0), "more_body": bool(self.body)}

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    def whole(self):
        return b"".join(message["body"] for message in self.sent[1:])

    def ask(self, pages):
        async_to_sync(pages)(self.scope, self.receive, self.send)
        return self


class Pages:
    """A WSGI application that keeps what it was asked."""

    def __init__(self, parts=(b"answer",)):
        self.parts, self.asked, self.typed = parts, [], []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        self.typed.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", " a=b"), ("Set-Cookie", " c=d")])
        return self.parts


def asked(**request):
    pages = Pages()
    Exchange(**request).ask(Mount(pages, threads=1))
    return pages.asked[0] | {"body": pages.typed[0]}


def test_the_request_arrives_whole_and_the_answer_leaves_in_one_piece():
    pages = Pages()
    exchange = Exchange(
        body=[b"words=", b"%C3%A4"], method="POST", headers=[(b"content-type", b"application/x-www-form-urlencoded")]
    ).ask(Mount(pages, threads=1))
    assert pages.typed == [b"words=%C3%A4"]
    assert pages.asked[0]["CONTENT_LENGTH"] == "12"
    assert pages.asked[0]["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert [message["type"] for message in exchange.sent] == ["http.response.start", "http.response.body"]
    assert exchange.sent[0]["headers"][1:] == [(b"set-cookie", b"a=b"), (b"set-cookie", b"c=d")]
    assert exchange.whole() == b"answer"
    assert exchange.sent[-1]["more_body"] is False


def test_an_address_with_any_bytes_arrives_as_it_is():
    environ = asked(raw_path=b"/sp%C3%A4t/%FF", query_string=b"a=\xff")
    assert environ["PATH_INFO"].encode("latin-1") == b"/sp\xc3\xa4t/\xff"
    assert environ["QUERY_STRING"].encode("latin-1") == b"a=\xff"


def test_a_header_that_only_looks_like_the_proxys_does_not_reach_django():
    environ = asked(headers=[(b"x_forwarded_for", b"203.0.113.9"), (b"x-forwarded-for", b"192.0.2.1")])
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"


def test_a_header_that_comes_twice_is_both():
    environ = asked(headers=[(b"cookie", b"a=b"), (b"cookie", b"c=d"), (b"host", b"one"), (b"host", b"two")])
    assert environ["HTTP_COOKIE"] == "a=b; c=d"
    assert environ["HTTP_HOST"] == "one,two", "which is no host, and is refused as such"


def test_the_length_is_what_came_and_not_what_was_said():
    assert asked(headers=[(b"content-length", b"999")], body=[b"four"])["CONTENT_LENGTH"] == "4"


def test_a_request_without_end_is_not_kept(monkeypatch):
    monkeypatch.setattr(mount, "LARGEST_REQUEST", 10)
    pages = Pages()
    assert Exchange(body=[b"x" * 6, b"x" * 6, b"x" * 6]).ask(Mount(pages, threads=1)).status == 413
    assert Exchange(body=[b"x" * 10]).ask(Mount(pages, threads=1)).status == 200
    assert len(pages.asked) == 1


def test_whoever_hangs_up_while_asking_is_not_worked_for():
    pages = Pages()
    exchange = Exchange(body=[])
    exchange.ask(Mount(pages, threads=1))
    assert (pages.asked, exchange.sent) == ([], [])


def test_a_large_answer_leaves_in_parts_and_is_whole(monkeypatch):
    monkeypatch.setattr(mount, "LARGEST_PART", 100)
    parts = [bytes([number]) * 60 for number in range(10)]
    exchange = Exchange().ask(Mount(Pages(parts), threads=1))
    assert len(exchange.sent) == 7
    assert exchange.whole() == b"".join(parts)


def test_the_answer_is_closed_in_the_thread_that_made_it_even_after_an_error():
    where = []

    class Answer:
        def __iter__(self):
            where.append(threading.get_ident())
            yield b"part"
            raise ValueError

        def close(self):
            where.append(threading.get_ident())

    with pytest.raises(ValueError):  # noqa: PT011  (the server turns it into an error page)
        Exchange().ask(Mount(Pages(Answer()), threads=1))
    assert len(where) == 2
    assert len(set(where)) == 1


def test_more_than_may_wait_are_turned_away_at_once(monkeypatch):
    monkeypatch.setattr(mount, "MOST_WAITING", 2)
    go_on, working = threading.Event(), threading.Semaphore(0)

    def slow(environ, start_response):
        working.release()
        go_on.wait(5)
        start_response("200 OK", [])
        return [b"done"]

    async def crowd():
        pages = Mount(slow, threads=1)
        first = [Exchange(), Exchange()]
        under_way = [asyncio.create_task(pages(one.scope, one.receive, one.send)) for one in first]
        await asyncio.to_thread(working.acquire)
        third = Exchange()
        await pages(third.scope, third.receive, third.send)
        go_on.set()
        await asyncio.gather(*under_way)
        return [one.status for one in (*first, third)]

    assert async_to_sync(crowd)() == [200, 200, 503]
