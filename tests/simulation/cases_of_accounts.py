"""Use cases about an account's end, what it leaves and what it takes along, for `test_every_call`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.identity import exports, store_deletion, store_exports
from chalicelib.identity import service as people
from chalicelib.ledger import service
from chalicelib.notices import service as notices
from tests.api.caller import Reply
from tests.api.world import PASSWORD, Person, World

Act = Callable[[], Any]
THIRTY_DAYS = 30 * 86_400


def _delete(ana: Person) -> Reply:
    return ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD})


def _kinds(ana: Person) -> set[str]:
    return {one.kind for one in notices.inbox(ana.id, None, 100)[0]}


def deleting(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer()

    def once(reply: Reply) -> None:
        head = service.head(ana.wallet)
        assert (reply.status, head.status, head.epoch) == (204, "closed", 1)
        assert store_deletion.due(store_deletion.TELL, world.clock.now()) == []
        assert "account_deleted" in _kinds(ana)

    return lambda: _delete(ana), once


def restoring(world: World) -> tuple[Act, Callable[[Any], None]]:
    """Once it is done, one that comes again is refused like any other, and signing in is the way."""
    ana = world.customer()
    assert _delete(ana).status == 204
    claim = {"identifier": ana.identifier, "password": PASSWORD}

    def once(reply: Reply) -> None:
        if reply.status == 401:
            reply = world.nobody.post("/v1/sessions", claim)
        world.sweep()
        ana.phone = world.nobody.bearing(reply.json["access_token"])
        world.put_in(ana, 100)
        assert (ana.available, ana.pay(100).status) == (100, 201)
        assert "account_restored" in _kinds(ana)

    return lambda: world.nobody.post("/v1/users/restore", claim), once


def erasing(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer()
    ana.phone.patch("/v1/me", {"display_name": "Bea"})
    assert _delete(ana).status == 204
    world.clock.advance(THIRTY_DAYS)

    def once(answer: Any) -> None:
        assert store_deletion.account(ana.id) is None
        assert store_deletion.ending(ana.id) is None
        assert (_kinds(ana), service.head(ana.wallet).status) == (set(), "closed")

    return world.sweep, once


def overwriting(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer()

    def once(reply: Reply) -> None:
        found = ana.phone.get("/v1/me/trash").json["data"]
        assert (reply.json["display_name"], len(found)) == ("Bea", 1)

    return lambda: ana.phone.patch("/v1/me", {"display_name": "Bea"}), once


def putting_back(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer()
    ana.phone.patch("/v1/me", {"display_name": "Bea"})
    (kept,) = ana.phone.get("/v1/me/trash").json["data"]

    def once(reply: Reply) -> None:
        assert reply.status in (204, 404)
        assert people.profile(ana.id).display_name == "Ana"
        assert len(ana.phone.get("/v1/me/trash").json["data"]) == 1

    return lambda: ana.phone.post(f"/v1/me/trash/{kept['id']}/restore"), once


def exporting(world: World) -> tuple[Act, Callable[[Any], None]]:
    """Another tries five minutes later."""
    ana = world.customer(100)
    asked = exports.ask(ana.id, world.clock.now())

    def act() -> None:
        world.clock.advance(300)
        world.sweep()

    def once(answer: Any) -> None:
        found = store_exports.find(ana.id, asked.id)
        assert found and found.status == "ready"
        assert store_exports.due(world.clock.advance(3_600)) == []
        assert "export_ready" in _kinds(ana)

    return act, once


ACCOUNTS = (deleting, restoring, erasing, overwriting, putting_back, exporting)
