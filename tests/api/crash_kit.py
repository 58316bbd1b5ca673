"""A process that dies at one of its calls to AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests import aws

_MANY = 200


class _Crash(BaseException):
    """The process is gone."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, number: int, after: bool) -> Iterator[list[bool]]:
    """At the call of that number to AWS, before or after its effect. Gives whether it happened."""
    calls, died = iter(range(1, _MANY)), list[bool]()

    def answer(sent: aws.Sent) -> Any:
        if next(calls) != number:
            return sent.go_on()
        died.append(True)
        if after:
            sent.go_on()
        raise _Crash

    with monkeypatch.context() as patch:
        aws.stand_before(patch, answer)
        try:
            yield died
        except _Crash:
            return
