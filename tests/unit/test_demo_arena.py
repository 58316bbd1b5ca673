"""The processes that a storm runs in may die, and the storm goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session

from tests.bench.arena import Arena, NoAnswer
from tests.bench.faults import Fault

KILLED = Fault("killed", after=False, where=0.0)


class Mortal:
    """Makes one AWS call that goes nowhere, and answers with its process id."""

    writes = 1

    def deliver(self, order: dict[str, Any], key: str) -> tuple[int, bytes]:
        request = AWSRequest("POST", "http://127.0.0.1", {"X-Amz-Target": "T.PutItem", "amz-sdk-invocation-id": key})
        try:
            URLLib3Session.send(None, request)  # type: ignore[arg-type]
        except HTTPClientError:
            """There is no session: only the fault before it is of interest."""
        return 201, str(os.getpid()).encode()

    def complain(self) -> None:
        raise ValueError("no")


@pytest.fixture
def arena() -> Iterator[Arena]:
    opened = Arena(Mortal(), environments=2)
    yield opened
    opened.close()


def test_a_killed_environment_gives_no_answer_and_a_new_one_takes_its_place(arena: Arena) -> None:
    async def play() -> list[bytes]:
        first = [await arena.deliver({}, "k") for _ in range(2)]
        for _ in range(2):
            with pytest.raises(NoAnswer):
                await arena.deliver({}, "k", KILLED)
        return [body for _, body in [*first, *[await arena.deliver({}, "k") for _ in range(2)]]]

    processes = asyncio.run(play())
    assert len(set(processes)) == 4
    assert str(os.getpid()).encode() not in processes
    assert arena.requests == 6


def test_environments_work_side_by_side_and_one_request_at_a_time(arena: Arena) -> None:
    async def play() -> list[tuple[int, bytes]]:
        return await asyncio.gather(*(arena.deliver({}, str(number)) for number in range(20)))

    assert {status for status, _ in asyncio.run(play())} == {201}


def test_what_a_side_raises_reaches_the_one_who_asked(arena: Arena) -> None:
    with pytest.raises(RuntimeError, match="no"):
        asyncio.run(arena.ask("complain"))
