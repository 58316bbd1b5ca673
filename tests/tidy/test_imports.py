"""What each function may import: a cold start pays for every module, and nobody pays for what is not used."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ENVIRONMENT

CONSUMERS = ("fan_out", "journal_changed", "settle", "fold", "tell", "sweep")
HEAVY = {"boto3", "duckdb", "pandas", "pydantic", "s3transfer", "stripe", "webauthn", "zxcvbn", "phonenumbers"}
"""In no function when it starts; what needs one of them imports it there and then."""
ONLY_FOR_HTTP = {"argon2", "pynamodb", "chalicelib.identity", "chalicelib.merchants", "chalicelib.topups"}
MODULES_AT_MOST = {"app": 640, **dict.fromkeys(CONSUMERS, 240)}
"""Everything in `sys.modules` after the import of `app`, the standard library's too."""


def imported(handler: str) -> set[str]:
    """The modules of a fresh process in which Lambda would call `app.<handler>`."""
    inside = {**os.environ, **ENVIRONMENT, "_HANDLER": f"app.{handler}"}
    told = subprocess.run(
        [sys.executable, "-c", "import app, json, sys; print(json.dumps(sorted(sys.modules)))"],
        env=inside,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(told.stdout))


@pytest.mark.parametrize("handler", MODULES_AT_MOST)
def test_a_function_starts_within_its_budget_of_modules(handler: str) -> None:
    found = imported(handler)
    assert len(found) <= MODULES_AT_MOST[handler], f"{handler} imports {len(found)} modules: import where it is used"
    assert not found & HEAVY, "import these where they are used"


def test_a_consumer_starts_without_what_only_people_need() -> None:
    found = imported("settle")
    assert not found & ONLY_FOR_HTTP, "import these where they are used"
    assert imported("app") >= ONLY_FOR_HTTP, "what nobody imports proves nothing here"
