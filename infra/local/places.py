"""Where the local cloud keeps things; all of it under `build/`, gone with `make reset`."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
HOME = Path(os.environ.get("COFFER_HOME", BUILD / "cloud"))
"""The environment may name another one: a second local cloud beside the first."""
LOGS = HOME / "logs"
LOCAL_JSON = (HOME if "COFFER_HOME" in os.environ else BUILD) / "local.json"
WEB = ROOT / "infra" / "web"
CATALOGUES = ROOT / "chalicelib" / "kernel" / "catalogues"
MINISTACK = ROOT / ".venv-cloud" / "bin" / "ministack"

HOST = "127.0.0.1"
NAME = "localhost"
"""What people open. Passkeys are for a name, an address is none (WebAuthn Level 3, §5.1.2: RP ID)."""
REGION = "eu-west-1"
ACCOUNT = "000000000000"
STACK = "coffer"


def read(name: str) -> Any:
    """What was kept under `name`, or None."""
    file = HOME / name
    return json.loads(file.read_text()) if file.exists() else None


def keep(name: str, value: Any) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    file = HOME / name
    file.touch(mode=0o600)
    file.write_text(json.dumps(value, indent=1))


def shown(file: Path) -> str:
    """For a person at the root of the checkout: from there if it lies within, else the whole path."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def port_for(name: str, wanted: int) -> int:
    """The port that `name` had last time, or `wanted`, or a free one; the addresses people saved stay good."""
    ports = read("ports.json") or {}
    port = next((one for one in (ports.get(name), wanted) if one and is_free(one)), None) or _any_free()
    keep("ports.json", {**ports, name: port})
    return port


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        found: int = probe.getsockname()[1]
        return found
