"""What stands outside in these tests: a mail server and a gateway on this machine, which keep every byte they get."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a sender needs. `refuses` answers for a command, as in {"RCPT": "550 no"}."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.heard = b""
        self.letters: list[bytes] = []
        self.refuses: dict[str, str] = {}
        self.hangs_up_after_data = False
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"


class _Mail(socketserver.StreamRequestHandler):
    server: MailServer

    def _line(self) -> bytes:
        line = self.rfile.readline()
        self.server.heard += line
        return line

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self._say("220 ready")
        while line := self._line():
            command = line[:4].decode().upper().strip()
            refused = self.server.refuses.get(command)
            if refused:
                self._say(refused)
            elif command == "DATA":
                self._say("354 go on")
                letter = b""
                while (line := self._line()) not in (b".\r\n", b""):
                    letter += line
                self.server.letters.append(letter)
                if self.server.hangs_up_after_data:
                    return
                self._say("250 taken")
            else:
                self._say("221 bye" if command == "QUIT" else "250 fine")
                if command == "QUIT":
                    return


class Gateway(http.server.ThreadingHTTPServer):
    """Takes texts in, and sends each key on once, as gateways do. `answers` gives the next status."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ask)
        self.heard = b""
        self.asked: list[dict[str, Any]] = []
        self.sent: dict[str, str] = {}
        self.answers: Callable[[], int] = lambda: 200
        self.headers: dict[str, str] = {}
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/send"


class _Ask(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.heard += f"{self.requestline}\r\n{self.headers}".encode() + body
            status = self.server.answers()
            asked = json.loads(body)
            self.server.asked.append({**asked, "headers": dict(self.headers), "status": status})
            if 200 <= status < 300:
                self.server.sent[self.headers["Idempotency-Key"]] = asked["text"]
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing on the screen."""


class PushService(http.server.ThreadingHTTPServer):
    """Wakes phones, as far as anybody can tell. `answers` gives the next status for a path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Wake)
        self.heard = b""
        self.asked: list[dict[str, Any]] = []
        self.answers: Callable[[str], int] = lambda path: 201
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Wake(http.server.BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        status = self.server.answers(self.path)
        self.server.heard += f"{self.requestline}\r\n{self.headers}".encode() + body
        self.server.asked.append({"path": self.path, "body": body, "headers": dict(self.headers), "status": status})
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing on the screen."""


@contextmanager
def standing(server: Any) -> Iterator[Any]:
    """The server, answering in a thread of its own, until the end."""
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
