"""The rules as other rooms ask for them: the packs of the release, `packs.json` as `infra.policies` compiled it from
signed YAML, and those that were published since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.policy import judging, model, published
from chalicelib.policy.model import Decision, Large
from chalicelib.policy.pack import Action, Complaints, CoolingOff, Credit, Limits, Need, Pack, Retention, Text
from chalicelib.policy.published import Shelf

_FOLDER = Path(__file__).parent


def decide(person: Customer, action: Action, amount: int, at: datetime) -> Decision:
    """Whether `person` may, within which limits, and what would lift a no. `amount` in minor units of the
    jurisdiction's currency."""
    return model.decide(rules(person.jurisdiction, at), person.tier, action, amount, risky=person.risky)


def large(person: Customer, at: datetime) -> Large:
    """What is large for `person`."""
    return model.large(rules(person.jurisdiction, at), person.tier, risky=person.risky)


def currency_of(jurisdiction: str, at: datetime) -> str:
    """The currency of a wallet opened there. Raises InvalidRequest if no pack knows the jurisdiction."""
    if not known(jurisdiction, at):
        raise InvalidRequest(param="jurisdiction")
    return rules(jurisdiction, at).currency


def least_withdrawal(jurisdiction: str, at: datetime) -> int:
    """In minor units."""
    return rules(jurisdiction, at).withdrawals.least


def known(jurisdiction: str, at: datetime) -> bool:
    return jurisdiction in _known() and jurisdiction in rules(jurisdiction, at).jurisdictions


def needs_of(jurisdiction: str, tier: int, at: datetime) -> tuple[Need, ...]:
    """All that a person of `tier` has handed in."""
    return rules(jurisdiction, at).tier(tier).needs


def limits_of(jurisdiction: str, tier: int, at: datetime) -> Limits:
    return rules(jurisdiction, at).tier(tier).limits


def highest_tier(jurisdiction: str, at: datetime) -> int:
    return len(rules(jurisdiction, at).tiers.steps) - 1


def credit_of(jurisdiction: str, at: datetime) -> Credit:
    return rules(jurisdiction, at).credit


def cooling_off_of(jurisdiction: str, at: datetime) -> CoolingOff:
    return rules(jurisdiction, at).cooling_off


def retention_of(jurisdiction: str, at: datetime) -> Retention:
    return rules(jurisdiction, at).retention


def complaints_of(jurisdiction: str, at: datetime) -> Complaints:
    return rules(jurisdiction, at).complaints


def texts_of(jurisdiction: str, at: datetime) -> Mapping[str, Text]:
    """What must be shown, by name."""
    return rules(jurisdiction, at).texts.shown


def rules(jurisdiction: str, at: datetime) -> Pack:
    """The pack in force. KeyError where no pack has ever known the jurisdiction."""
    return model.effective(_known()[jurisdiction], at)


def before(pack: Pack, at: datetime) -> Pack | None:
    """The rules of now where `pack` would be, of its first jurisdiction that any pack knows; None where none does."""
    return next((rules(one, at) for one in pack.jurisdictions if one in _known()), None)


@cache
def packs() -> tuple[Pack, ...]:
    """Those of the release."""
    return msgspec.json.decode((_FOLDER / "packs.json").read_bytes(), type=tuple[Pack, ...])


def shipped() -> tuple[tuple[Pack, str, str], ...]:
    """The packs of the release, each with its signer and the digest of its compiled text."""
    found = []
    for raw in msgspec.json.decode((_FOLDER / "packs.json").read_bytes(), type=tuple[msgspec.Raw, ...]):
        compiled = bytes(raw).decode().replace("\n", "")
        pack = judging.opened(compiled)
        beside = judging.FOLDER / f"{pack.id}.yaml.sig"
        found.append((pack, beside.read_text(encoding="ascii").partition(" ")[0], judging.digest(compiled)))
    return tuple(found)


def with_published(more: Iterable[Pack]) -> tuple[Pack, ...]:
    """What was published never changes: of one name it holds, whatever a later release brings under it."""
    return tuple({pack.id: pack for pack in (*packs(), *more)}.values())


def _known() -> Mapping[str, tuple[Pack, ...]]:
    return _by_jurisdiction(published.shelf())


@lru_cache(maxsize=1)
def _by_jurisdiction(shelf: Shelf) -> Mapping[str, tuple[Pack, ...]]:
    """The packs of its area, oldest first."""
    every = with_published(shelf.packs)
    area_of = {jurisdiction: pack.area for pack in every for jurisdiction in pack.jurisdictions}
    ordered = sorted(every, key=lambda pack: pack.effective_at)
    return {name: tuple(pack for pack in ordered if pack.area == area) for name, area in area_of.items()}
