"""Every error has a status and sentences in both languages."""

from __future__ import annotations

import json

import pytest

from chalicelib.api import problems
from chalicelib.kernel import text
from chalicelib.kernel.errors import CofferError, NotFound, every_error

OURS = [kind for kind in every_error() if kind.__module__ == "chalicelib.kernel.errors"]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.code)
def test_every_error_has_a_status_and_a_title_in_both_languages(kind: type[CofferError]) -> None:
    assert problems.STATUS[kind] >= 400, f"give {kind.__name__} a status in chalicelib/api/problems.py"
    for language in text.LANGUAGES:
        title = text.unfilled(f"errors.{kind.code}.title", language)
        assert title, f"write errors.{kind.code}.title in catalogues/errors.json"


def test_every_code_names_one_error() -> None:
    assert len({kind.code for kind in OURS}) == len(OURS)


def test_a_problem_has_exactly_the_fields_of_its_error() -> None:
    body = json.loads(problems.receipt(NotFound(param="id"), "en", "req_1").body)
    assert body == {
        "type": "urn:coffer:error:not-found",
        "title": "There is nothing here.",
        "status": 404,
        "code": "not-found",
        "request_id": "req_1",
        "doc_url": "https://coffer.test/docs#not-found",
        "param": "id",
    }
