"""Every rule of every pack, on both sides of its limit and at its date. The rows come from the packs: a rule that
nobody holds and nobody is told fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.ledger import model as ledger
from chalicelib.ledger import standing
from chalicelib.ledger.items import new_head
from chalicelib.ledger.model import Change, Changed, Spend
from chalicelib.ledger.purchases import Purchase
from chalicelib.ledger.wire import item
from chalicelib.policy import service
from chalicelib.policy.pack import Pack, Rule

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
WALLET, OWNER = ids.derived("wal", "table"), ids.derived("usr", "table")
BASIS = set(Rule.__struct_fields__)
ABOUT = ("id", "area", "jurisdictions", "effective_at", "currency")
Path = tuple[str | int, ...]
Held = Callable[[Customer, int, datetime], bool]


@dataclass(frozen=True)
class Row:
    pack: Pack
    path: Path
    figure: Any

    @property
    def rule(self) -> str:
        return ".".join("#" if isinstance(one, int) else one for one in self.path)

    @property
    def person(self) -> Customer:
        """Whom it is about: of its tier, in a session as the rule means it."""
        tier = next((one for one in self.path if isinstance(one, int)), 0)
        risky = "above_at_risk" in self.path
        return Customer(OWNER, "ses_1", (WALLET,), tier, 0, self.pack.jurisdictions[-1], risky=risky)

    def changed(self, figure: Any) -> Pack:
        """The area's next pack, in force from AT on, which says `figure` here."""
        plain = msgspec.to_builtins(self.pack)
        inner = plain
        for one in self.path[:-1]:
            inner[one] = list(inner[one]) if isinstance(inner[one], tuple) else inner[one]
            inner = inner[one]
        inner[self.path[-1]] = figure
        return msgspec.convert(plain | {"id": "next", "effective_at": AT}, Pack)


def rows() -> Iterator[Row]:
    for pack in service.packs():
        for path, figure in leaves(msgspec.to_builtins(pack), ()):
            if path[0] not in ABOUT:
                yield Row(pack, path, figure)


def leaves(plain: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(plain, dict):
        for name, inner in plain.items():
            if name not in BASIS:
                yield from leaves(inner, (*path, name))
    elif isinstance(plain, (list, tuple)) and path[-1] in ("steps", "above", "above_at_risk", "most_principal"):
        for index, inner in enumerate(plain):
            yield from leaves(inner, (*path, index))
    else:
        yield path, plain


def allowed(action: Any) -> Held:
    return lambda person, amount, at: service.decide(person, action, amount, at).allowed


def summed(sum_of: Callable[[datetime], str]) -> Held:
    """Whether the ledger lets the last unit through, after all but one of `amount` in that time."""

    def holds(person: Customer, amount: int, at: datetime) -> bool:
        limits = service.decide(person, "payment", 1, at).limits
        head = head_of(person, available=amount) | {sum_of(at): amount - 1}
        spend = Spend(OWNER, 0, person.tier, limits.day, limits.month, limits.year)
        return isinstance(ledger.judge(paying(spend), at, item(head)), Changed)

    return holds


def within_balance(person: Customer, amount: int, at: datetime) -> bool:
    most = service.decide(person, "top-up", 1, at).limits.balance
    leg = standing.check(person, WALLET, 1, most)
    return isinstance(leg.explain(item(head_of(person, available=amount - 1))), Changed)


def alike(person: Customer, seconds: int, at: datetime) -> bool:
    """Whether a payment like one `seconds` ago is taken for the same."""
    window = service.decide(person, "payment", 1, at).duplicate_window_seconds
    purchase = Purchase("mer_1", 1, ids.derived("pay", "earlier"), window)
    head = head_of(person, available=1) | {purchase.slot: purchase.mark(at - timedelta(seconds=seconds))}
    spend = Spend(OWNER, 0, person.tier, 9, 9, 9, purchase)
    return not isinstance(ledger.judge(paying(spend), at, item(head)), Changed)


def head_of(person: Customer, available: int) -> dict[str, Any]:
    begun = AT - timedelta(days=1)
    return new_head(WALLET, OWNER, "CNY", begun, tier=person.tier, floor=0, available=available)


def paying(spend: Spend) -> Change:
    return Change(WALLET, "CNY", available=-1, spend=spend)


HELD: dict[str, Held] = {
    "tiers.steps.#.limits.per_movement": allowed("payment"),
    "tiers.steps.#.limits.top_up": allowed("top-up"),
    "tiers.steps.#.limits.day": summed(ledger.day_sum),
    "tiers.steps.#.limits.month": summed(ledger.month_sum),
    "tiers.steps.#.limits.year": summed(ledger.year_sum),
    "tiers.steps.#.limits.balance": within_balance,
    "step_up.above.#": lambda person, amount, at: not service.decide(person, "payment", amount, at).step_up,
    "step_up.above_at_risk.#": lambda person, amount, at: not service.decide(person, "payment", amount, at).step_up,
    "guardian.above": lambda person, amount, at: not service.decide(person, "payment", amount, at).guardian,
    "duplicates.window_seconds": alike,
}
"""Whether so much is within the rule, as the code asks it."""

TOLD: dict[str, Callable[[str, datetime], Any]] = {
    "tiers.steps.#.needs": lambda place, at: {"tiers": service.rules(place, at).tiers},
    "codes": lambda place, at: {"codes": service.rules(place, at).codes},
    "authorisations": lambda place, at: {
        "authorisations": {"days": service.decide(_anybody(place), "payment", 1, at).authorisation_days}
    },
    "withdrawals": lambda place, at: {"withdrawals": {"least": service.least_withdrawal(place, at)}},
    "cooling_off": lambda place, at: {"cooling_off": service.cooling_off_of(place, at)},
    "retention": lambda place, at: {"retention": service.retention_of(place, at)},
    "fees": lambda place, at: {"fees": service.rules(place, at).fees},
    "credit": lambda place, at: {"credit": service.credit_of(place, at)},
    "complaints": lambda place, at: {"complaints": service.complaints_of(place, at)},
    "texts": lambda place, at: {"texts": {"shown": service.texts_of(place, at)}},
}
"""By rule or section: what other rooms are told."""


def _anybody(place: str) -> Customer:
    return Customer(OWNER, "ses_1", (WALLET,), 0, 0, place)


def other(figure: Any) -> Any:
    """A figure that the next pack may say instead."""
    if isinstance(figure, str):
        return "calendar" if figure == "business" else figure + "!"
    if isinstance(figure, (list, tuple)):
        return figure[:-1]
    return figure + 1


def at_path(told: Any, path: Path) -> Any:
    for one in path:
        told = told[one] if isinstance(told, (dict, list, tuple)) else getattr(told, str(one))
    return told


def teller(row: Row) -> Callable[[str, datetime], Any] | None:
    return TOLD.get(row.rule) or TOLD.get(str(row.path[0]))


def named(row: Row) -> str:
    return f"{row.pack.id}-{'.'.join(map(str, row.path))}"


@pytest.fixture
def in_force(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def bring(*packs: Pack) -> None:
        monkeypatch.setattr(service, "packs", lambda: packs)
        service._by_jurisdiction.cache_clear()

    yield bring
    service._by_jurisdiction.cache_clear()


EVERY = list(rows())
FIGURES = [row for row in EVERY if row.rule in HELD and row.figure is not None]
NEVER = [row for row in EVERY if row.rule in HELD and row.figure is None]
SAID = [row for row in EVERY if row.rule not in HELD and "features" not in row.path]
MOMENT = timedelta(microseconds=1)


def test_every_rule_has_a_row() -> None:
    assert {
        row.rule for row in EVERY if row.rule not in HELD and not teller(row) and "features" not in row.path
    } == set()
    assert HELD.keys() <= {row.rule for row in EVERY}, "a row about no rule"


@pytest.mark.parametrize("row", FIGURES, ids=named)
def test_a_limit_holds_on_both_sides_and_from_its_date_on(row: Row, in_force: Callable[..., None]) -> None:
    held, person = HELD[row.rule], row.person
    assert [held(person, amount, AT) for amount in (row.figure, row.figure + 1)] == [True, False]
    in_force(row.pack, row.changed(row.figure + 1))
    assert [held(person, row.figure + 1, at) for at in (AT - MOMENT, AT)] == [False, True]
    assert not held(person, row.figure + 2, AT)


@pytest.mark.parametrize("row", NEVER, ids=named)
def test_what_has_no_figure_holds_nobody_up(row: Row) -> None:
    assert HELD[row.rule](row.person, 10**12, AT)


@pytest.mark.parametrize("row", SAID, ids=named)
def test_what_a_rule_says_is_told_from_its_date_on(row: Row, in_force: Callable[..., None]) -> None:
    told, place = teller(row), row.pack.jurisdictions[0]
    assert told and at_path(told(place, AT), row.path) == row.figure
    if row.figure == ():
        return  # the lowest tier never needs anything
    in_force(row.pack, row.changed(other(row.figure)))
    assert [at_path(told(place, at), row.path) for at in (AT - MOMENT, AT)] == [row.figure, other(row.figure)]


@pytest.mark.parametrize("row", [row for row in EVERY if "features" in row.path], ids=named)
def test_a_feature_is_allowed_until_a_pack_leaves_it_out(row: Row, in_force: Callable[..., None]) -> None:
    last = row.figure[-1]
    in_force(row.pack, row.changed(row.figure[:-1]))
    asked = [service.decide(row.person, last, 1, at) for at in (AT - MOMENT, AT)]
    assert [one.reasons for one in asked] == [(), ("feature",)]


@pytest.mark.parametrize("pack", service.packs(), ids=lambda pack: pack.id)
def test_a_packs_sections_each_have_one_basis(pack: Pack) -> None:
    for name in Pack.__struct_fields__:
        rule = getattr(pack, name)
        if isinstance(rule, Rule):
            assert (rule.example is None) == (isinstance(rule.verified_at, date) and rule.source is not None)


def test_before_its_first_pack_an_area_has_the_oldest(in_force: Callable[..., None]) -> None:
    oldest = service.rules("CN", AT)
    in_force(oldest, replace_id(oldest))
    assert service.rules("CN", oldest.effective_at - timedelta(days=900)).id == oldest.id


def replace_id(pack: Pack) -> Pack:
    return msgspec.structs.replace(pack, id="next", effective_at=AT)


def test_areas_are_on_their_own(in_force: Callable[..., None]) -> None:
    china, europe = service.rules("CN", AT), service.rules("FR", AT)
    in_force(china, europe, replace_id(china))
    assert (service.rules("CN", AT).id, service.rules("FR", AT).id) == ("next", europe.id)
    assert not service.known("GB", AT) and service.known("FR", AT)
