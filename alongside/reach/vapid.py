"""How this house shows a push service who it is: a signed line of its own (RFC 8292), and no word of anybody.

The key is made when it is first needed, in a file for its owner alone. Browsers are told its public half when
somebody turns notices on; with another key they would have to be turned on anew. Several nodes need the same file.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)  # fmt: skip

# Push services take no line that holds longer than a day.
HOLDS = datetime.timedelta(hours=12)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_kept_in(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key in `path`, made the first time. Two that make one at once take the first one's."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path.name} holds no P-256 key.")
    return key


def public_half(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key, as browsers and push services take it."""
    return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(
    key: ec.EllipticCurvePrivateKey, *, audience: str, contact: str, now: datetime.datetime
) -> str:  # fmt: skip
    """The header's value: to which service this line speaks, until when, and how whoever runs the house is reached."""
    claims = {"aud": audience, "exp": int((now + HOLDS).timestamp()), "sub": contact}
    parts = [
        _text(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    ]
    r, s = decode_dss_signature(key.sign(".".join(parts).encode(), ec.ECDSA(SHA256())))
    signature = _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={'.'.join([*parts, signature])}, k={public_half(key)}"
