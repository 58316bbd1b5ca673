"""A real browser before the real local cloud: both are started here unless they already run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ENVIRONMENT

ROOT = Path(__file__).resolve().parent.parent.parent
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def local() -> Iterator[dict[str, Any]]:
    """What `build/local.json` says of the local cloud; stopped afterwards if it was started here."""
    ran_already = _cloud("status").strip() == "running"
    _cloud("up", "--detach")
    yield json.loads((ROOT / "build" / "local.json").read_text())
    if not ran_already:
        _cloud("down")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium: nothing is downloaded."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "the browser tests need Chromium: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


def _cloud(*words: str) -> str:
    """`infra.local.cloud`, without the settings that the tests put into this process's environment."""
    outside = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-m", "infra.local.cloud", *words]
    done = subprocess.run(command, cwd=ROOT, env=outside, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    return done.stdout
