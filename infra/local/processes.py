"""Processes that the local cloud started: told apart by id and time of birth, stopped one by one, nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.local import places

RUNNING = "running.json"
_PROC = Path("/proc/self")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_FOREIGN = ("AWS_", "BOTO_")
_ALONE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": places.ACCOUNT,
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": places.REGION,
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "PYTHONUNBUFFERED": "1",
}


class DidNotStart(RuntimeError):
    """Its log says why."""


def start(name: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Start `command` in a session of its own and write down who it is."""
    places.LOGS.mkdir(parents=True, exist_ok=True)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    with log_of(name).open("ab") as log:
        process = subprocess.Popen(
            command, env={**inherited, **_ALONE, **environment}, cwd=places.ROOT, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    record = {"name": name, "pid": process.pid, "born": _born(process.pid)}
    places.keep(RUNNING, [*_records(), record])


def wait_until_it_answers(name: str, url: str, seconds: float = 120) -> None:
    """Return as soon as `url` answers anything but a server's error. Raises DidNotStart."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if name not in running():
            break
        try:
            with _DIRECT.open(url, timeout=10):
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            time.sleep(0.1)
    tail = "\n".join(log_of(name).read_text(errors="replace").splitlines()[-20:])
    raise DidNotStart(f"{name} does not answer at {url}; the end of {log_of(name)}:\n{tail}")


def running() -> dict[str, int]:
    """Name → process id of what was started here and still lives."""
    return {one["name"]: one["pid"] for one in _records() if _is_same(one)}


def fallen() -> list[str]:
    """Names of what was started here, was not stopped, and lives no more."""
    return [one["name"] for one in _records() if not _is_same(one)]


def stop_all() -> list[str]:
    """Stop what was started here, the last first; returns the names."""
    stopped = []
    for one in reversed(_records()):
        if _is_same(one):
            _stop(one)
            stopped.append(one["name"])
    places.keep(RUNNING, [])
    return stopped


def log_of(name: str) -> Path:
    return places.LOGS / f"{name}.log"


def _records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = places.read(RUNNING) or []
    return found


def _stop(record: dict[str, Any], patience_seconds: float = 60) -> None:
    """SIGTERM and wait, so that it can save its state; what it started itself goes with it."""
    os.kill(record["pid"], signal.SIGTERM)
    if not (_passes(lambda: _is_same(record), patience_seconds) and _passes(lambda: _lives(record["pid"]), 5)):
        os.killpg(record["pid"], signal.SIGKILL)
        _passes(lambda: _is_same(record) or _lives(record["pid"]), 5)


def _passes(state: Callable[[], bool], patience_seconds: float) -> bool:
    """Whether `state` comes to an end in time."""
    until = time.monotonic() + patience_seconds
    while still := state():
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return not still


def _lives(session: int) -> bool:
    """Whether any process of its session (ministack's functions) is more than a zombie waiting for its parent."""
    if _PROC.exists():
        return any(about[2] == str(session) for about in map(_about, _PROC.parent.glob("[0-9]*")) if about)
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


def _is_same(record: dict[str, Any]) -> bool:
    _reap(record["pid"])
    return record["born"] is not None and _born(record["pid"]) == record["born"]


def _reap(pid: int) -> None:
    """A child of ours that has ended stays in the table of processes until asked for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _born(pid: int) -> str | None:
    """When the process began; None if there is none, or only what is left of it."""
    if _PROC.exists():
        about = _about(_PROC.parent / str(pid))
        return about[19] if about else None
    shown = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, began = shown.stdout.strip().partition(" ")
    return None if not began or state.startswith("Z") else began.strip()


def _about(folder: Path) -> list[str]:
    """The fields of Linux's proc(5) `stat` after the name: state, parent, group …; none for zombies and the dead."""
    try:
        about = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if about[0] == "Z" else about
