"""An end that was not clean is noticed; a clean one is not taken for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from infra.local import memory, places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "HOME", tmp_path)
    memory.state().mkdir()
    return tmp_path


def save(seconds_after_the_start: int) -> None:
    started = (places.HOME / memory.STARTED).stat().st_mtime
    file = memory.state() / "dynamodb.json"
    file.write_text("{}")
    os.utime(file, (started, started + seconds_after_the_start))


def test_a_first_start_has_lost_nothing(home: Path) -> None:
    assert not memory.was_lost()


def test_what_saved_after_its_start_has_lost_nothing(home: Path) -> None:
    memory.note_start()
    save(+1)
    assert not memory.was_lost()


def test_a_first_session_that_was_killed_is_lost(home: Path) -> None:
    memory.note_start()
    assert memory.was_lost()


def test_a_later_session_that_was_killed_is_lost(home: Path) -> None:
    memory.note_start()
    save(-1)
    assert memory.was_lost()


def test_after_a_loss_the_stack_is_deployed_again(home: Path) -> None:
    places.keep("deployed.json", "digest")
    memory.expect_an_older_stack()
    assert places.read("deployed.json") is None


def test_a_cloud_that_remembers_queues_does_not_move_to_another_port(home: Path) -> None:
    with socket.socket() as other:
        other.bind((places.HOST, 0))
        taken = other.getsockname()[1]
        places.keep("ports.json", {"aws": taken})
        assert memory.port() != taken
        places.keep("ports.json", {"aws": taken})
        (memory.state() / "sqs.json").write_text("{}")
        with pytest.raises(SystemExit, match=f"Port {taken}, after which"):
            memory.port()
