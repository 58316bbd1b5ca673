"""What the acts about restoring have in common: a backup on demand, and our own command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local import people, places, stack
from infra.local.demo_story import Story

EVENT = {"version": "0", "account": "1", "region": places.REGION, "detail": {}, "detail-type": "", "source": "",
          "time": "", "id": "1", "resources": []}  # fmt: skip
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")
WITHIN_SECONDS = 120.0
_PROBE = f"{places.STACK}-probe"


class Failed(Exception):
    """A command of ours ended otherwise than it should; the text is what it said."""


def taken(story: Story) -> dict[str, Any]:
    """A whole backup, asked for now; the schedule's turns come at once."""
    boss = story.office or story.anybody
    made: str = boss.post("/v1/backups").expect(202)["id"]

    def look() -> dict[str, Any] | None:
        turn(story.local, "back-up")
        found: dict[str, Any] = boss.get(f"/v1/backups/{made}").expect(200)
        return found if found["state"] in ("whole", "failed") else None

    found: dict[str, Any] = people.wait_for(look, story.narrator.words("restore.backup.now"), WITHIN_SECONDS)
    story.must("backup", found["state"], "whole")
    return found


@contextmanager
def unprobed(local: dict[str, Any]) -> Iterator[None]:
    """No cent of the check of the whole moves meanwhile: it would be in one hash and not in the other."""
    events = stack.client("events", local["aws"]["endpoint"])
    events.disable_rule(Name=_PROBE)
    try:
        yield
    finally:
        events.enable_rule(Name=_PROBE)


def turn(local: dict[str, Any], function: str) -> None:
    """As the schedule calls it."""
    functions = stack.client("lambda", local["aws"]["endpoint"])
    functions.invoke(FunctionName=f"{places.STACK}-{function}", Payload=json.dumps(EVENT))


def command(*words: str, home: Path | None = None) -> Any:
    """`python -m infra.restore --local --json …`, in this cloud or in the one whose folder is `home`. Raises Failed."""
    clean = {name: value for name, value in os.environ.items() if name in _KEPT}
    here = {"COFFER_HOME": os.environ["COFFER_HOME"]} if "COFFER_HOME" in os.environ else {}
    chosen = {"COFFER_HOME": str(home)} if home else here
    done = subprocess.run(
        [sys.executable, "-m", "infra.restore", "--local", "--json", *words], cwd=places.ROOT,
        env={**clean, **chosen, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed((done.stdout + done.stderr)[-1500:])
    return json.loads(done.stdout.splitlines()[-1])
