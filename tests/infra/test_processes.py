"""What the local cloud starts it stops, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import cloud, follow, places, processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
PARENT = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, "up", flush=True)
import time; time.sleep(60)
"""
SAVER = """
import pathlib, signal, sys
def save(*_):
    pathlib.Path(sys.argv[1]).touch()
    sys.exit()
signal.signal(signal.SIGTERM, save)
print("up", flush=True)
signal.pause()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(places, "HOME", tmp_path)
    monkeypatch.setattr(places, "LOGS", tmp_path / "logs")
    yield tmp_path
    processes.stop_all()


def test_what_was_started_is_stopped_last_first(home: Path) -> None:
    for name in ("first", "second"):
        processes.start(name, SLEEP, {})
    assert set(processes.running()) == {"first", "second"}
    assert processes.stop_all() == ["second", "first"]
    assert processes.running() == {}


def test_a_stranger_who_got_the_same_process_id_is_left_alone(home: Path) -> None:
    with subprocess.Popen(SLEEP) as stranger:
        (home / "running.json").write_text(json.dumps([{"name": "ours", "pid": stranger.pid, "born": "another time"}]))
        assert processes.stop_all() == []
        assert stranger.poll() is None
        stranger.kill()


def test_a_part_that_ended_by_itself_is_not_running(home: Path) -> None:
    processes.start("brief", [sys.executable, "-c", ""], {})
    os.waitid(os.P_PID, processes.places.read("running.json")[0]["pid"], os.WEXITED | os.WNOWAIT)
    assert processes.running() == {}


def test_one_that_was_killed_has_fallen_and_the_others_have_not(home: Path) -> None:
    for name in ("killed", "alive"):
        processes.start(name, SLEEP, {})
    os.kill(processes.running()["killed"], signal.SIGKILL)
    follow.follow(("killed", "alive"))
    assert processes.fallen() == ["killed"]
    assert processes.stop_all() == ["alive"]
    assert processes.fallen() == []


def test_the_end_names_the_fallen_part_and_its_log_and_stops_the_rest(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bank", "front door"):
        processes.start(name, SLEEP, {})
    os.kill(processes.running()["bank"], signal.SIGKILL)
    follow.follow(("bank", "front door"))
    with pytest.raises(SystemExit, match="The rest is stopped: front door"):
        cloud._end_with_the_fallen()
    assert f"bank ended by itself. Its log: {home / 'logs' / 'bank.log'}" in capsys.readouterr().out
    assert processes.running() == {}


def test_what_was_stopped_from_elsewhere_did_not_fall(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    processes.start("bank", SLEEP, {})
    processes.stop_all()
    cloud._end_with_the_fallen()
    assert "stopped from elsewhere" in capsys.readouterr().out


def start(name: str, script: str, *words: str) -> str:
    """Start `script` and wait until it says that it is up; what it said."""
    processes.start(name, [sys.executable, "-c", script, *words], {})
    while "up" not in processes.log_of(name).read_text():
        assert processes.running()
    return processes.log_of(name).read_text()


def test_what_a_part_started_itself_goes_with_it(home: Path) -> None:
    child = int(start("parent", PARENT).split()[0])
    assert processes._born(child)
    processes.stop_all()
    assert processes._born(child) is None


def test_the_state_is_saved_before_it_ends(home: Path, tmp_path: Path) -> None:
    start("saver", SAVER, str(tmp_path / "saved"))
    processes.stop_all()
    assert (tmp_path / "saved").exists()


def test_no_credentials_of_the_person_reach_a_part(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "my-company")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a real one")
    processes.start("teller", [sys.executable, "-c", "import os; print(dict(os.environ))"], {})
    os.waitid(os.P_PID, processes.places.read("running.json")[0]["pid"], os.WEXITED | os.WNOWAIT)
    told = processes.log_of("teller").read_text()
    assert "my-company" not in told and "a real one" not in told


def test_a_part_that_does_not_answer_shows_the_end_of_its_log(home: Path) -> None:
    processes.start("broken", [sys.executable, "-c", "raise SystemExit('no such thing')"], {})
    with pytest.raises(processes.DidNotStart, match="no such thing"):
        processes.wait_until_it_answers("broken", "http://127.0.0.1:9/", seconds=5)


def test_the_deaf_are_killed_after_a_while(home: Path) -> None:
    start("deaf", DEAF)
    processes._stop(processes._records()[0], patience_seconds=0.2)
    assert processes.running() == {}


def test_ports_stay_the_same_and_a_taken_one_is_replaced(home: Path) -> None:
    first = places.port_for("aws", 0)
    assert places.port_for("aws", 0) == first
    with places.socket.create_server((places.HOST, first)):
        assert places.port_for("aws", 0) != first


def test_whoever_starts_it_second_says_that_it_waits_and_does_not_take_it_for_theirs(home: Path) -> None:
    """Both began while nothing ran; the first one's parts are up once its lock is free."""
    second = [sys.executable, "-c", "from infra.local import cloud; print(cloud.started_here())"]
    with cloud._alone():
        environment = {**os.environ, "COFFER_HOME": str(places.HOME)}
        waiting = subprocess.Popen(second, cwd=places.ROOT, env=environment, text=True, stdout=subprocess.PIPE)
        assert waiting.stdout
        assert "waiting for them" in waiting.stdout.readline()
        for name in cloud.PARTS:
            processes.start(name, SLEEP, {})
    said, _ = waiting.communicate(timeout=60)
    assert said == "False\n"
    assert cloud.status() == "running"
