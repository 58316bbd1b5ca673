"""Whoever owes something of a loan stays until it is repaid; whoever is gone has no line, and no score."""

from __future__ import annotations

import json

import pytest

from chalicelib.credit import store
from chalicelib.ledger import service as ledger
from tests.api import credit_kit as kit
from tests.api.test_access_deletion import THIRTY_DAYS, delete, restore
from tests.api.test_access_exports import archive_of, opened
from tests.api.test_leaving import erased
from tests.api.world import World

pytestmark = pytest.mark.many_requests


def test_no_account_is_deleted_while_something_is_owed(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana)
    kit.empty(world, ana)
    refused = delete(ana)
    assert (refused.status, refused.json["code"], refused.json["owed"]) == (409, "balance-left", 60_000)
    world.put_in(ana, 60_000)
    assert kit.repay(ana, begun["id"]).status == 201
    assert delete(ana).status == 204
    assert ledger.head(kit.account(ana)).status == "closed"


def test_a_restored_account_has_its_line_again_and_an_erased_one_neither_line_nor_score(world: World) -> None:
    ana = kit.with_line(world)
    kit.empty(world, ana)
    assert delete(ana).status == 204
    assert restore(ana).status in (200, 201)
    assert ledger.head(kit.account(ana)).status == "active"
    ana.sign_in()
    assert kit.line(ana)["limit"] == 200_000
    erased(world, ana, THIRTY_DAYS)
    line = store.line(kit.account(ana))
    assert line is not None and (line.limit, line.open, line.score.factors) == (0, False, ())
    assert ledger.head(kit.account(ana)).floor == 0


def test_an_archive_has_line_score_and_plans(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana)
    (told,) = json.loads(opened(archive_of(world, ana))["credit.json"])
    assert (told["limit"], told["score"]["points"], told["plans"][0]["id"]) == (200_000, 200, begun["id"])
