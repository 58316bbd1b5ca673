"""The local cloud for tests over HTTP: the one that runs, or one started for the tests and stopped after them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def local() -> Iterator[dict[str, Any]]:
    """What `build/local.json` says of it; or the file that `COFFER_LOCAL` names, of one that runs elsewhere."""
    if elsewhere := os.environ.get("COFFER_LOCAL"):
        yield json.loads(Path(elsewhere).read_text())
        return
    ran_already = cloud("status").strip() == "running"
    cloud("up", "--detach")
    yield json.loads((ROOT / "build" / "local.json").read_text())
    if not ran_already:
        cloud("down")


def cloud(*words: str) -> str:
    """`infra.local.cloud`, without the settings that the tests put into this process's environment."""
    outside = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-m", "infra.local.cloud", *words]
    done = subprocess.run(command, cwd=ROOT, env=outside, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    return done.stdout
