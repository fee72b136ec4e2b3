"""The ways out of the house. Only here does anything leave; everything else writes rows.

What leaves is a sentence without content, to one number or address, under a key: whoever takes it in
can tell a second arrival of the same thing by it. No header says who we are.

A channel is an address in the settings:

    smtp://user:password@host:587   mail, with STARTTLS; without TLS on this machine only
    smtps://user:password@host:465  mail, with TLS from the beginning
    https://gateway.example/send    text messages, by an HTTP gateway; http on this machine only
    mailto:… or https://…           notices on a phone (Web Push): who runs this house; the phone's browser
                                    names the address itself, of a service on the house's list
    file:/folder                    a file for each, for trying it out
    console:                        a line on the screen, for development
"""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import os
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from django.conf import settings

from alongside.reach import rules, vapid
from alongside.reach.rules import Channel

# Each wait for the other side; a try has a few of them, and ends well within a lease.
SECONDS = 10
MOST_OF_AN_ANSWER = 4096
# A gateway that refuses with one of these has no room now, or our key or address is wrong, which somebody
# will put right. All other refusals are for good.
COME_BACK = frozenset({401, 402, 403, 404, 405, 408, 425, 429})
# It has this one already, under the same key.
HAS_IT = 409
# The phone ended it at its push service.
NOBODY_THERE = frozenset({404, 410})
# How long a push service keeps it for a phone that is off: what is older is no news.
SECONDS_AT_A_PUSH_SERVICE = 12 * 3600


class NotNow(Exception):
    """It did not leave, or nobody knows whether it did; it is tried again under the same key. Says no content."""


class NotTaken(Exception):
    """It did not leave, and never will this way."""


class Ended(NotTaken):
    """Whoever it was for has ended this way at the other side: nothing is to go there any more."""


@dataclass(frozen=True)
class Parcel:
    """What leaves: by which channel, to which number or address, which words, under which key, when."""

    way: Channel
    to: str
    words: str
    key: str
    at: datetime.datetime


def url_of(way: Channel) -> str:
    """The address of a channel in this house's settings; empty where there is none."""
    return {Channel.TEXT: settings.TEXT_URL, Channel.EMAIL: settings.MAIL_URL}.get(way, "")


def is_set_up(way: Channel) -> bool:
    """Whether this house can send that way."""
    return bool(settings.PUSH_CONTACT if way is Channel.PUSH else url_of(way))


def may_call(address: str) -> bool:
    """Whether an address to which a browser wants to be woken is one that this house calls."""
    return rules.is_push_address(address, settings.PUSH_HOSTS, on_this_machine=_is_this_machine)


def hand_over(parcel: Parcel) -> None:
    """Hand it over. Raise `NotNow` or `NotTaken`. Never call this inside a transaction."""
    if parcel.way is Channel.PUSH:
        _by_push(parcel)
        return
    parts = urlsplit(url_of(parcel.way))
    send = {
        "smtp": _by_mail,
        "smtps": _by_mail,
        "http": _by_gateway,
        "https": _by_gateway,
        "file": _into_file,
        "console": _onto_screen,
    }[parts.scheme]
    send(parts, parcel)


def amiss() -> list[str]:
    """What is amiss with the settings of the channels, a sentence each."""
    found = []
    for way, name, schemes in (
        (Channel.TEXT, "ALONGSIDE_TEXT_URL", ("https", "http", "file", "console")),
        (Channel.EMAIL, "ALONGSIDE_MAIL_URL", ("smtp", "smtps", "file", "console")),
    ):
        parts = urlsplit(url_of(way))
        if not url_of(way):
            continue
        if parts.scheme not in schemes:
            found.append(f"{name} begins with none of {', '.join(schemes)}.")
        elif parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
            found.append(f"{name} is not https: whoever is in between reads every number.")
        elif parts.scheme in ("http", "https", "smtp", "smtps") and not parts.hostname:
            found.append(f"{name} names no host.")
    if url_of(Channel.EMAIL) and "@" not in settings.MAIL_FROM:
        found.append("ALONGSIDE_MAIL_FROM is not an address: mail needs one, of a domain that says nothing.")
    if settings.PUSH_CONTACT and not settings.PUSH_CONTACT.startswith(("mailto:", "https://")):
        found.append("ALONGSIDE_PUSH_CONTACT begins with none of mailto:, https://.")
    return found


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- Mail ------------------------------------------------------------------------------------------


def _by_mail(parts: SplitResult, parcel: Parcel) -> None:
    """Django's own backend would greet with this machine's name, and sign the message with it."""
    host, domain = parts.hostname or "", settings.MAIL_FROM.rpartition("@")[2]
    try:
        with _greeted(parts, host, domain) as line:
            if parts.username:
                line.login(unquote(parts.username), unquote(parts.password or ""))
            line.send_message(_letter(parcel, domain), settings.MAIL_FROM, [parcel.to])
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise (NotTaken if min(codes) >= 500 else NotNow)(f"answered {min(codes)}") from None
    except smtplib.SMTPDataError as error:
        raise (NotTaken if error.smtp_code >= 500 else NotNow)(f"answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from None


def _greeted(parts: SplitResult, host: str, domain: str) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, parts.port or 465, local_hostname=domain, timeout=SECONDS, context=safe)
    line = smtplib.SMTP(host, parts.port or 587, local_hostname=domain, timeout=SECONDS)
    if not _is_this_machine(host):
        try:
            line.starttls(context=safe)
        except BaseException:
            line.close()
            raise
    return line


def _letter(parcel: Parcel, domain: str) -> EmailMessage:
    """A mail of one sentence, which is its subject too: many a phone shows a mail without one as something odd."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = settings.MAIL_FROM
    letter["To"] = parcel.to
    letter["Subject"] = parcel.words
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{parcel.key}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(parcel.words)
    return letter


# --- A gateway for text messages -------------------------------------------------------------------


class _ToThatAddress(http.client.HTTPSConnection):
    """A connection to the address that was looked at, wherever its name leads a moment later."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=SECONDS, context=context)
        self._at, self._safe = address, context

    def connect(self) -> None:
        line = socket.create_connection((self._at, self.port), SECONDS)
        self.sock = self._safe.wrap_socket(line, server_hostname=self.host)


def _by_gateway(parts: SplitResult, parcel: Parcel) -> None:
    """One request, which follows nobody elsewhere."""
    headers, body = _request(parcel)
    status = _asked(parts, settings.TEXT_METHOD, body, headers)
    if 200 <= status < 300 or status == HAS_IT:
        return
    for_good = 400 <= status < 500 and status not in COME_BACK
    raise (NotTaken if for_good else NotNow)(f"answered {status}")


def _asked(parts: SplitResult, method: str, body: bytes, headers: dict[str, str]) -> int:
    """Send one request, and return the status of its answer. Raise `NotNow` when there is none."""
    where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line = _line_to(parts, parts.hostname or "")
        try:
            line.request(method, where, body, headers)
            answer = line.getresponse()
            answer.read(MOST_OF_AN_ANSWER)
            return answer.status
        finally:
            line.close()
    except (OSError, http.client.HTTPException) as error:
        raise NotNow(type(error).__name__) from None


def _line_to(parts: SplitResult, host: str) -> http.client.HTTPConnection:
    if parts.scheme == "https":
        port = parts.port or 443
        return _ToThatAddress(host, port, _address_of(host, port), ssl.create_default_context())
    if _is_this_machine(host):
        return http.client.HTTPConnection(host, parts.port or 80, timeout=SECONDS)
    raise NotNow("the gateway is not https")


def _address_of(host: str, port: int) -> str:
    """Where the gateway is. A name must lead out into the world, and not to a machine beside us.

    An address that stands in the settings as such is meant as it is: a gateway may stand in the office.
    """
    try:
        given = ipaddress.ip_address(host)
    except ValueError:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if any(not ipaddress.ip_address(address).is_global for address in addresses):
            raise NotNow("the gateway’s name leads into a private network") from None
        return addresses[0]
    if given.is_link_local or given.is_unspecified or given.is_multicast:
        raise NotNow("the gateway’s address is nobody’s")
    return str(given)


def _request(parcel: Parcel) -> tuple[dict[str, str], bytes]:
    """Headers and body in the gateway's own words."""
    ours = {"to": parcel.to, "text": parcel.words, "id": parcel.key}
    fields: dict[str, Any] = {}
    for pair in filter(None, settings.TEXT_FIELDS.split(",")):
        name, _, theirs = pair.strip().partition("=")
        if name.startswith("+"):
            fields[name[1:]] = theirs
        else:
            fields[theirs] = ours[name]
    headers = {"Idempotency-Key": parcel.key}
    header, _, value = settings.TEXT_HEADER.partition(":")
    if header and settings.TEXT_KEY:
        headers[header.strip()] = value.strip().replace("{key}", settings.TEXT_KEY)
    if settings.TEXT_FORMAT == "form":
        return {**headers, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(fields).encode()
    return {**headers, "Content-Type": "application/json"}, json.dumps(fields).encode()


# --- A notice on a phone ---------------------------------------------------------------------------


def _by_push(parcel: Parcel) -> None:
    """Have a push service wake the phone: an empty request. What the phone shows it knows by itself.

    The key stands in `Topic`: what waits at the service under the same one is overtaken by it.
    """
    if not may_call(parcel.to):
        raise NotTaken("no push service of this house")
    parts = urlsplit(parcel.to)
    audience = f"{parts.scheme}://{parts.netloc}"
    signed = vapid.authorization(
        vapid.key_kept_in(settings.PUSH_KEY_FILE), audience=audience, contact=settings.PUSH_CONTACT, now=parcel.at
    )
    headers = {
        "Authorization": signed,
        "TTL": str(SECONDS_AT_A_PUSH_SERVICE),
        "Urgency": "normal",
        "Topic": parcel.key,
        "Content-Length": "0",
    }
    status = _asked(parts, "POST", b"", headers)
    if 200 <= status < 300:
        return
    if status in NOBODY_THERE:
        raise Ended(f"answered {status}")
    for_good = 400 <= status < 500 and status not in COME_BACK
    raise (NotTaken if for_good else NotNow)(f"answered {status}")


# --- For trying it out -----------------------------------------------------------------------------


def _into_file(parts: SplitResult, parcel: Parcel) -> None:
    """A file of its own for each key; a second arrival finds it there."""
    folder = Path(parts.path)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / f"{parcel.way}-{parcel.key}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise NotNow(type(error).__name__) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"to": parcel.to, "words": parcel.words}, file, ensure_ascii=False)


def _onto_screen(parts: SplitResult, parcel: Parcel) -> None:
    print(f"[{parcel.way} to …{parcel.to[-2:]}] {parcel.words}", flush=True)
