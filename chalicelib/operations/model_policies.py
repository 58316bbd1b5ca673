"""Packs of rules as operators see them: which are in force and which are coming, on what each rule stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.kernel import clock
from chalicelib.policy import model
from chalicelib.policy.pack import Pack, Rule
from chalicelib.policy.publications import Publication

AHEAD = timedelta(hours=1)
"""A pack is published so long before its date at least: by then every process has looked sixty times."""
WITHDRAWN_UNTIL = timedelta(minutes=5)
"""So long before its date a pack may be withdrawn: no process then takes it for what is in force."""

State = Literal["coming", "in-force", "past", "withdrawn"]
PackText = Annotated[str, Meta(min_length=2, max_length=60_000)]
SignatureText = Annotated[str, Meta(min_length=1, max_length=200)]


class SignedPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pack`: its compiled text, exactly as signed. `signature`: the signer's name and an Ed25519 signature, base64."""

    pack: PackText
    signature: SignatureText


class PolicyLineView(msgspec.Struct, frozen=True, kw_only=True):
    """`origin`: of the `release`, or `published` since. `ends_at`: when the next one of its area begins, if one does.

    `verified` and `examples`: how many of its sections stand on a text that somebody has read, how many are made up.
    """

    id: str
    area: str
    jurisdictions: tuple[str, ...]
    currency: str
    effective_at: str
    ends_at: str | None
    state: State
    origin: Literal["release", "published"]
    signer: str
    digest: str
    published_at: str | None
    published_by: str | None
    withdrawn_at: str | None
    withdrawn_by: str | None
    verified: int
    examples: int


class PolicyView(PolicyLineView, frozen=True, kw_only=True):
    """With every figure, and on what each section stands."""

    rules: Pack


class Known(msgspec.Struct, frozen=True):
    """A pack and where it comes from; `publication` is None of those of the release."""

    pack: Pack
    signer: str
    digest: str
    publication: Publication | None = None

    @property
    def is_withdrawn(self) -> bool:
        return self.publication is not None and bool(self.publication.withdrawn_at)

    @property
    def order(self) -> tuple[str, str, str]:
        """Of a list: the latest date first when it is turned round."""
        return clock.written(self.pack.effective_at), self.pack.id, self.digest


def line(one: Known, standing: tuple[Pack, ...], at: datetime) -> PolicyLineView:
    """`standing`: every pack that is not withdrawn."""
    return PolicyLineView(**_line(one, standing, at))


def whole(one: Known, standing: tuple[Pack, ...], at: datetime) -> PolicyView:
    return PolicyView(**_line(one, standing, at), rules=one.pack)


def state_of(one: Known, standing: tuple[Pack, ...], at: datetime) -> State:
    if one.is_withdrawn:
        return "withdrawn"
    in_force = model.effective((pack for pack in standing if pack.area == one.pack.area), at)
    if in_force.id == one.pack.id:
        return "in-force"
    return "coming" if one.pack.effective_at > at else "past"


def _line(one: Known, standing: tuple[Pack, ...], at: datetime) -> dict[str, Any]:
    pack, published = one.pack, one.publication
    later = [each.effective_at for each in standing if each.area == pack.area and each.effective_at > pack.effective_at]
    bases = [rule.example for name in Pack.__struct_fields__ if isinstance(rule := getattr(pack, name), Rule)]
    return {
        "id": pack.id,
        "area": pack.area,
        "jurisdictions": pack.jurisdictions,
        "currency": pack.currency,
        "effective_at": clock.written(pack.effective_at),
        "ends_at": clock.written(min(later)) if later and not one.is_withdrawn else None,
        "state": state_of(one, standing, at),
        "origin": "published" if published else "release",
        "signer": one.signer,
        "digest": one.digest,
        "published_at": published.published_at if published else None,
        "published_by": published.by if published else None,
        "withdrawn_at": (published.withdrawn_at or None) if published else None,
        "withdrawn_by": (published.withdrawn_by or None) if published else None,
        "verified": sum(example is None for example in bases),
        "examples": sum(example is not None for example in bases),
    }
