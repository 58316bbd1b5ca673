"""What ministack remembers: it writes its state down when it is asked to stop, and at no other time."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from infra.local import places

PORT, STARTED = 4566, "started"
LOST = """the last end was not clean: the local AWS was killed, or the machine went down
          What happened since it was last stopped by Ctrl-C is lost: payments, people, keys. The rest is kept.
          Demo people who are missing are signed up again; new merchants' keys are in local.json.
          The sandbox bank kept its own book and may know of top-ups that are lost here. `make reset` starts anew."""


def state() -> Path:
    return places.HOME / "state"


def files() -> Path:
    """What is in buckets is written at once."""
    return places.HOME / "s3"


def port() -> int:
    """Where it listens. Queues that it remembers are named after their port: on another one nobody would hear them."""
    known = (places.read("ports.json") or {}).get("aws")
    if known and any(state().glob("*.json")) and not places.is_free(known):
        sys.exit(f"Port {known}, after which this cloud's queues are named, is taken: free it, or `make reset`.")
    return places.port_for("aws", PORT)


def note_start() -> None:
    """Call once ministack answers: whatever it saves from now on is newer than this mark."""
    (places.HOME / STARTED).write_text("")


def was_lost() -> bool:
    """Whether ministack has started and saved nothing since. Ask while it does not run."""
    mark = places.HOME / STARTED
    return mark.exists() and all(_written(file) <= _written(mark) for file in state().glob("*.json"))


def expect_an_older_stack() -> None:
    """The stack may be older than what was deployed last, or gone: it will be deployed again."""
    (places.HOME / "deployed.json").unlink(missing_ok=True)
    if not any(state().glob("*.json")):  # files of buckets that no stack knows: a new one could not make them
        shutil.rmtree(files(), ignore_errors=True)


def rewind_streams() -> None:
    """ministack keeps how far a stream was read, not the stream: what comes first after a restart would be skipped."""
    kept = state() / "lambda.json"
    if kept.exists():
        saved = json.loads(kept.read_text())
        saved["payload"].pop("dynamodb_stream_positions", None)
        kept.write_text(json.dumps(saved))


def _written(file: Path) -> int:
    """Nanoseconds since 1970 when it was last written."""
    return file.stat().st_mtime_ns
