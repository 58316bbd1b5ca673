"""Log lines: one JSON object on one line, nothing but ASCII."""

from __future__ import annotations

import json
import logging
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observability import Formatter


def line(message: str, **facts: Any) -> str:
    record = logging.LogRecord("coffer", logging.WARNING, "", 0, message, (), None)
    record.created = 1_795_766_400.25
    record.__dict__.update(facts)
    return Formatter().format(record)


def test_a_line_carries_level_message_time_service_and_facts() -> None:
    told = json.loads(line("request", status=201, path="/v1/payments"))
    assert told == {
        "level": "WARNING",
        "message": "request",
        "timestamp": "2026-11-27T08:00:00.250+00:00",
        "service": "coffer",
        "status": 201,
        "path": "/v1/payments",
    }


@given(text=st.text())
def test_no_character_of_a_strangers_ends_or_colours_a_line(text: str) -> None:
    told = line("request", path=text)
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told)["path"] == text
