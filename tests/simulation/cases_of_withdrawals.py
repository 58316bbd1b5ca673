"""Money that goes out: killed at any call and tried again, it left once, was sent once, and came back once at most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.identity import vault
from chalicelib.ledger import service
from chalicelib.processors import wire
from chalicelib.settlement import sending
from tests.api.caller import Reply
from tests.api.withdrawal_kit import METHODS, Bank, add, cooled_off, with_pin, withdraw
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]
MINUTE, HOUR = 60, 3_600


def adding_a_funding_method(world: World) -> Case:
    ana = with_pin(world)

    def once(reply: Reply) -> None:
        kinds = [one["kind"] for one in ana.phone.get("/v1/me/notices").json["data"]]
        assert (reply.status, kinds.count("funding_method_added")) == (201, 1)
        assert ana.phone.get(METHODS).json["data"] == [reply.json]

    return lambda: add(ana), once


def removing_a_funding_method(world: World) -> Case:
    ana, method = cooled_off(world, 5_000)

    def once(reply: Reply) -> None:
        assert reply.status in (204, 404)
        assert (ana.phone.get(METHODS).json["data"], withdraw(ana, method).status) == ([], 404)

    return lambda: ana.phone.delete(f"{METHODS}/{method}"), once


def withdrawing(world: World) -> Case:
    (ana, method), key = cooled_off(world, 5_000), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 3_000)
        assert withdraw(ana, method, key=key).raw == reply.raw

    return lambda: withdraw(ana, method, key=key), once


def _sent_on(refuses: bool, ending: str) -> Callable[[World], Case]:
    def case(world: World) -> Case:
        (ana, method), bank = cooled_off(world, 5_000), Bank(refuses=refuses)
        wire.use(bank.transport)
        withdrawal = withdraw(ana, method).json["id"]
        vault.ready()

        def once(answer: Any) -> None:
            """Whoever died before the bank's answer is followed by questions; a refusal they lost takes an hour."""
            for seconds in (MINUTE, 4 * MINUTE, HOUR):
                if withdrawal in bank.paid:
                    bank.say(withdrawal, ending)
                sending.go_on(withdrawal, world.clock.advance(seconds))
            left = {"succeeded": 3_000, "failed": 5_000}[ending]
            assert (service.movement(withdrawal)["state"], service.head(ana.wallet).available) == (ending, left)
            assert len(bank.paid) == (0 if refuses else 1)

        return lambda: sending.go_on(withdrawal, world.clock.now()), once

    return case


sending_on = _sent_on(refuses=False, ending="succeeded")
sending_on_what_comes_back = _sent_on(refuses=False, ending="failed")
sending_on_what_is_refused = _sent_on(refuses=True, ending="failed")
sending_on.__name__ = "sending_on"
sending_on_what_comes_back.__name__ = "sending_on_what_comes_back"
sending_on_what_is_refused.__name__ = "sending_on_what_is_refused"


def returning(world: World) -> Case:
    """The bank's no is heard by somebody who may die over it."""
    (ana, method), bank = cooled_off(world, 5_000), Bank()
    wire.use(bank.transport)
    withdrawal = withdraw(ana, method).json["id"]
    sending.go_on(withdrawal, world.clock.now())
    bank.say(withdrawal, "failed", reason="account_closed")
    world.clock.advance(MINUTE)

    def once(answer: Any) -> None:
        sending.go_on(withdrawal, world.clock.advance(5 * MINUTE))
        assert (service.movement(withdrawal)["state"], service.head(ana.wallet).available) == ("failed", 5_000)

    return lambda: sending.go_on(withdrawal, world.clock.now()), once


WITHDRAWALS = (
    adding_a_funding_method,
    removing_a_funding_method,
    withdrawing,
    sending_on,
    sending_on_what_comes_back,
    sending_on_what_is_refused,
    returning,
)
