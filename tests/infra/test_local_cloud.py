"""The local cloud as people meet it: it starts, stops, goes on, and keeps its doors to itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local import places, processes
from infra.package import ROOT
from tests.conftest import ENVIRONMENT

STEP = re.compile(r"(package:)? *\d+\.\d s  ")
READY = "Ctrl-C stops it"
LOOPBACK = "0100007F"
"""127.0.0.1, as proc(5) writes it."""


@dataclass
class Session:
    """One `make run` of a local cloud of its own, in the foreground."""

    home: Path
    process: subprocess.Popen[str]

    @property
    def local(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "local.json").read_text())
        return found

    def until_ready(self) -> list[str]:
        """What it said until then."""
        assert self.process.stdout
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith(READY):
                return said
        raise AssertionError("it ended before it was ready:\n" + "".join(said))

    def stop(self, number: int) -> str:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=120)
        return said

    def parts(self) -> dict[str, int]:
        return {one["name"]: one["pid"] for one in json.loads((self.home / "running.json").read_text())}


def run(home: Path, port: int) -> Session:
    outside = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    as_in_the_background = ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"]
    process = subprocess.Popen(
        [*as_in_the_background, sys.executable, "-m", "infra.local.cloud", "up"], cwd=ROOT, stdin=subprocess.DEVNULL,
        env={**outside, "COFFER_HOME": str(home), "PORT": str(port)}, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return Session(home, process)


def call(url: str, token: str = "", body: dict[str, Any] | None = None) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def _open_files(folder: Path) -> Iterator[str]:
    for link in folder.iterdir():
        with suppress(OSError):  # closed meanwhile
            yield str(link.readlink())


def listening(session: int) -> set[str]:
    """Addresses that the processes of a session listen on, in the hexadecimal of Linux's proc(5)."""
    sockets = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if stat.read_text().rpartition(")")[2].split()[3] == str(session):
                sockets |= set(_open_files(stat.parent / "fd"))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            row = line.split()
            if row[3] == "0A" and f"socket:[{row[9]}]" in sockets:
                found.add(row[1].partition(":")[0])
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cloud") / "home"


@pytest.fixture(autouse=True)
def nothing_is_left(home: Path) -> Iterator[None]:
    """A test that fails halfway leaves its session behind: the next one would wait for it for ever."""
    yield
    stop = [sys.executable, "-m", "infra.local.cloud", "down"]
    subprocess.run(stop, cwd=ROOT, env={**os.environ, "COFFER_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def port() -> int:
    return places._any_free()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_it_starts_stops_and_goes_on_with_the_same_people_balances_and_keys(home: Path, port: int) -> None:
    first = run(home, port)
    said = first.until_ready()
    person, parts = first.local["people"]["customers"][0], first.parts()
    api = first.local["api"]

    assert api == f"http://localhost:{port}"
    assert len([line for line in said if STEP.match(line)]) >= 5, "long steps show their time"
    servers = {"ministack", "bank", "harbour", "front door"}
    assert set(parts) == {*servers, "watch"}
    expected = {name: {LOOPBACK} if name in servers else set() for name in parts}
    assert {name: listening(pid) for name, pid in parts.items()} == expected

    sign_in = {"identifier": person["identifier"], "password": person["password"]}
    status, tokens = call(f"{api}/v1/sessions", body=sign_in)
    assert status == 201
    _, before = call(f"{api}/v1/wallets/{person['wallet_id']}", tokens["access_token"])
    assert before["available"] > 0

    assert "stopped: watch, front door, harbour, bank, ministack" in first.stop(signal.SIGINT)
    assert [pid for pid in parts.values() if processes._born(pid)] == []

    second = run(home, port)
    second.until_ready()
    assert second.local["people"] == first.local["people"]
    status, after = call(f"{api}/v1/wallets/{person['wallet_id']}", tokens["access_token"])
    assert (status, after["available"]) == (200, before["available"]), "an access token outlives a restart"

    parts = second.parts()
    assert "stopped" in second.stop(signal.SIGTERM)
    assert [pid for pid in parts.values() if processes._born(pid)] == []


def test_a_killed_part_ends_the_session_and_the_next_one_says_what_is_lost_and_has_its_people(
    home: Path, port: int
) -> None:
    session = run(home, port)
    session.until_ready()
    parts = session.parts()
    os.kill(parts["ministack"], signal.SIGKILL)
    said, _ = session.process.communicate(timeout=120)
    assert session.process.returncode == 1
    assert f"ministack ended by itself. Its log: {home / 'logs' / 'ministack.log'}" in said
    assert [pid for pid in parts.values() if processes._born(pid)] == []

    shutil.rmtree(home / "state", ignore_errors=True)  # as after a first session that was killed
    again = run(home, port)
    assert "is lost" in "".join(again.until_ready())
    known, shop = again.local["people"]["customers"][0], again.local["people"]["merchants"][0]
    wish = {"identifier": known["identifier"], "password": known["password"]}
    assert call(f"{again.local['api']}/v1/sessions", body=wish)[0] == 201
    assert call(f"{again.local['api']}/v1/merchants/{shop['id']}", shop["api_key"])[0] == 200
    again.stop(signal.SIGTERM)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with places.socket.create_server((places.HOST, 0)) as taken:
        session = run(tmp_path / "home", taken.getsockname()[1])
        _, _ = session.process.communicate(timeout=60)
        assert session.process.returncode == 1
        assert not (tmp_path / "home" / "state").exists()
