"""Regular checks on the local cloud, by the functions' own roles: a report of access, and a rehearsal over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.operations import loading, model_rehearsals
from chalicelib.operations.loading import Stage
from infra import review
from infra.local import seed
from infra.local.client import Client
from tests.local import local

__all__ = ["local"]


@pytest.fixture(scope="module")
def boss(local: dict[str, Any]) -> Client:
    anybody = Client(local["api"])
    tokens = seed.operator(anybody)
    assert tokens
    return anybody.bearing(tokens["access_token"])


def test_a_review_of_access_sees_operators_keys_and_roles_with_its_own_role(
    local: dict[str, Any], boss: Client
) -> None:
    report = review.reviewed(local, boss)
    figures = report["figures"]
    assert min(figures["operators"], figures["keys"], figures["staff"]) > 0
    assert report["digest"] and report["operators"][0]["second_factor"]
    assert report["digest"] in review.told(report)


def test_the_rehearsal_plays_checks_its_books_and_reports(local: dict[str, Any], boss: Client) -> None:
    report = review.rehearsed(local, boss)
    assert [one for one in report["findings"] if one["kind"] == "load-failed"] == [], report["figures"]
    figures = report["figures"]
    assert figures["pays"] >= figures["refunds"] > 0
    assert figures["pay_p50_ms"] <= figures["pay_p99_ms"]


def test_the_same_code_plays_from_here_for_a_second_and_nothing_is_left(local: dict[str, Any]) -> None:
    cast = review.cast_here(local)
    stage = Stage(local["api"], cast, ids.derived("rvl", *(one.wallet_id for one in cast.customers), str(id(cast))))
    played, books = loading.played(stage, stage.reference, lambda began: began + timedelta(seconds=1))
    figures = model_rehearsals.figures(played.shots, played.milliseconds)
    assert model_rehearsals.failed(figures, books) == [], (figures, books)
    assert all(one["captured"] == one["refunded"] for one in stage.payments())
