"""nginx before the nodes, with the very file that `deploy/` gives to hosts; only names, ports and paths are ours."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.nodes.running import HOUSE, Door, free_port

DEPLOY = HOUSE / "deploy"


def program() -> str:
    """Where nginx is; empty when there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody but the test trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "fullchain.pem", folder / "privkey.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


def configure(folder: Path, nodes: tuple[int, int]) -> tuple[Path, Door]:
    """Write the files for nginx into a folder; return its main file and where people come in."""
    chain, secret = certificate(folder)
    door = Door(free_port(), chain)
    site = (DEPLOY / "nginx.conf").read_text()
    for given, ours in (
        ("127.0.0.1:8001", f"127.0.0.1:{nodes[0]}"),
        ("127.0.0.1:8002", f"127.0.0.1:{nodes[1]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{door.port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("notes.example.org", "localhost"),
        ("/etc/alongside/tls/fullchain.pem", str(chain)),
        ("/etc/alongside/tls/privkey.pem", str(secret)),
    ):
        assert given in site, f"deploy/nginx.conf has no {given!r} any more"
        site = site.replace(given, ours)
    (folder / "alongside.conf").write_text(site)
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n{kept}include {folder}/alongside.conf;\n}}\n"
    )
    return main, door


@contextlib.contextmanager
def nginx(folder: Path, nodes: tuple[int, int]) -> Iterator[Door]:
    """Run nginx before two nodes."""
    main, door = configure(folder, nodes)
    process = subprocess.Popen([program(), "-p", str(folder), "-c", str(main), "-e", f"{folder}/error.log"])
    try:
        end = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError):
                line = door.line(timeout=2)
                line.connect()
                line.close()
                break
            assert time.monotonic() < end, "nginx did not start"
            time.sleep(0.05)
        yield door
    finally:
        process.terminate()
        process.wait(10)
