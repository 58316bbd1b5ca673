"""Top-ups past a bank that has trouble: killed at any call and tried again, one bank is left with one payment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chalicelib import settings as settings_module
from chalicelib.ledger import service
from chalicelib.processors import health, wire
from chalicelib.processors.wire import NotReached, Reply
from tests.api.caller import Reply as Answered
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

LEASE_SECONDS = 31
Act = Callable[[], Any]


class Banks:
    """Two of them: the cheaper has trouble of a kind, the other takes whatever it is asked for, once for each id."""

    def __init__(self, trouble: Callable[[dict[str, Any]], Reply]) -> None:
        self.trouble, self.taken = trouble, dict[str, set[str]]()

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        wish = json.loads(body)
        name = urlsplit(url).netloc.partition(".")[0]
        if name == "sandbox":
            return self.trouble(wish)
        self.taken.setdefault(name, set()).add(wish["id"])
        return Reply(201, json.dumps({"id": "hbr_" + wish["id"][4:], "status": "pending"}).encode())


def refused(wish: dict[str, Any]) -> Reply:
    answer = {"id": "sbx_" + wish["id"][4:], "status": "failed", "reason": "issuer_unavailable"}
    return Reply(201, json.dumps(answer).encode())


def not_there(wish: dict[str, Any]) -> Reply:
    raise NotReached


def _past(trouble: Callable[[dict[str, Any]], Reply]) -> Callable[[World], tuple[Act, Callable[[Any], None]]]:
    def case(world: World) -> tuple[Act, Callable[[Any], None]]:
        ana, key, banks = world.customer(0), fresh_key(), Banks(trouble)
        settings_module.settings.cache_clear()
        health.forget()
        wish = {"wallet_id": ana.wallet, "amount": 1250, "currency": "CNY"}

        def act() -> Answered:
            wire.use(banks.transport)
            reply = ana.phone.post("/v1/topups", wish, idempotency_key=key)
            if reply.status == 409:
                world.clock.advance(LEASE_SECONDS)
                reply = ana.phone.post("/v1/topups", wish, idempotency_key=key)
            return reply

        def once(reply: Answered) -> None:
            assert reply.status == 201, reply.raw
            assert act().raw == reply.raw
            found = service.movement(reply.json["id"])
            if reply.json["processor"] == "harbour":
                assert (found["state"], found["processor"]) == ("pending", "harbour")
                assert banks.taken == {"harbour": {reply.json["id"]}}
            else:  # whoever died before it knew cannot say that nothing was sent
                assert (found["state"], banks.taken) == ("unknown", {})

        return act, once

    return case


top_up_after_a_refusal = _past(refused)
top_up_with_a_bank_that_is_down = _past(not_there)
top_up_after_a_refusal.__name__ = "top_up_after_a_refusal"
top_up_with_a_bank_that_is_down.__name__ = "top_up_with_a_bank_that_is_down"
TOPUPS = (top_up_after_a_refusal, top_up_with_a_bank_that_is_down)
