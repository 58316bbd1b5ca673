"""`make client`: build/client/, a typed Python client, generated from the API's own description and from nothing else.

What it takes to use it: `httpx` and `attrs`. `docs/how-to/use-the-client.md` shows a payment with it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "client"
ANYWHERE = "http://localhost:8000"
"""The description names one address; a client is told its own."""
_ASK = f"""
import os, sys
from dataclasses import fields
from chalicelib.settings import Settings
os.environ.update({{field.name.upper(): "-" for field in fields(Settings)}} | {{"PUBLIC_URL": {ANYWHERE!r}}})
import app
from chalicelib.api import openapi
from chalicelib.api.blueprint import routes
sys.stdout.buffer.write(openapi.document(routes(), {ANYWHERE!r}, "en"))
"""


_CONFIG = {"literal_enums": True, "post_hooks": []}
"""Words stay words: `currency="CNY"`."""


class NotGenerated(Exception):
    """The generator did not understand something of the description; its text says what."""


def described() -> bytes:
    """The description, asked of `app.py` in a process of its own."""
    return subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout


def generate(description: bytes, target: Path = TARGET) -> int:
    """Writes the library anew → how many calls it has. Raises NotGenerated at anything left out."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    source, config = target.with_suffix(".json"), target.with_suffix(".config.json")
    source.write_bytes(description)
    config.write_text(json.dumps(_CONFIG))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--path", str(source), "--config", str(config), "--output-path", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotGenerated(done.stdout + done.stderr)
    return sum(len(methods) for methods in json.loads(description)["paths"].values())


def library(target: Path = TARGET) -> Path:
    """Where to import `coffer_client` from: generated now, unless it is there from this very description."""
    description = described()
    made = target / "coffer_client" / "py.typed"
    if not made.exists() or target.with_suffix(".json").read_bytes() != description:
        generate(description, target)
    return target


if __name__ == "__main__":
    try:
        calls = generate(described())
    except NotGenerated as problem:
        sys.exit(str(problem))
    print(f"build/client/: coffer_client, {calls} calls")
