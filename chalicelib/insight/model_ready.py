"""Ready-made reports: the table of them. Most are questions as anybody could ask them; the others are SQL of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.insight.model_query import Filter, Funnel, Measure, Step
from chalicelib.insight.model_saved import Chart, Period, SavedQuery
from chalicelib.kernel import text
from chalicelib.kernel.errors import InvalidRequest

_COUNT, _PEOPLE, _SUCCESS = (Measure("count"), Measure("people"), Measure("success"))
_AMOUNT, _FEE, _MEDIAN = (
    Measure("sum", of="amount"),
    Measure("sum", of="fee"),
    Measure("quantile", of="took_ms", at=0.5),
)


@dataclass(frozen=True, slots=True)
class Ready:
    """`query`: None where SQL of ours answers. `of_merchant`: whether it is about one that whoever asks names."""

    name: str
    period: Period
    chart: Chart
    query: SavedQuery | None = None
    of_merchant: bool = False


def _kinds(*words: str) -> tuple[Filter, ...]:
    return (Filter("kind", words),)


def _done(*words: str) -> tuple[Filter, ...]:
    """What was refused or failed moved nothing."""
    return (*_kinds(*words), Filter("outcome", ("succeeded",)))


_STEPS = (Step("sign-up", "succeeded"), Step("top-up", "succeeded"), Step("payment", "succeeded"),
          Step("payment", "succeeded", nth=4))  # fmt: skip
_MERCHANTS = ("payment", "capture", "refund", "settlement", "payout")
_ALL = (
    Ready("daily-business", "last-30-days", "lines", SavedQuery(
        "last-30-days", (_COUNT, _AMOUNT, _PEOPLE), ("time", "kind", "currency"),
        filters=_done("payment", "capture", "refund", "top-up", "transfer", "withdrawal"))),
    Ready("funnel", "last-30-days", "bars", SavedQuery("last-30-days", funnel=Funnel(_STEPS, within_days=90))),
    Ready("top-up-success", "last-7-days", "bars", SavedQuery(
        "last-7-days", (_SUCCESS, _COUNT, _MEDIAN), ("processor",), filters=_kinds("top-up"))),
    Ready("settlement-ageing", "all", "bars"),
    Ready("merchant-statement", "last-month", "bars", SavedQuery(
        "last-month", (_AMOUNT, _COUNT, _FEE), ("time", "kind", "currency"), filters=_done(*_MERCHANTS)),
        of_merchant=True),
    Ready("liability", "last-30-days", "lines"),
    Ready("breakage", "all", "bars"),
    Ready("compensation", "last-30-days", "bars", SavedQuery(
        "last-30-days", (_AMOUNT, _COUNT, _PEOPLE), ("time", "kind", "currency"),
        filters=_done("adjustment", "write-off"))),
    Ready("support-load", "last-30-days", "lines", SavedQuery(
        "last-30-days", (_COUNT, _MEDIAN), ("time", "kind"), filters=_kinds("case-opened", "case-finished"))),
)  # fmt: skip
READY: Mapping[str, Ready] = {one.name: one for one in _ALL}


class ReadyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `period`, the report's own. `merchant_id`: of the one that is about a merchant, and of no other."""

    period: Period | None = None
    merchant_id: Annotated[str, Meta(max_length=64)] | None = None


class ReadyView(msgspec.Struct, frozen=True):
    """`query`: None of what no question can say; its rows lead to no entries."""

    name: str
    title: str
    about: str
    period: Period
    chart: Chart
    query: SavedQuery | None
    takes_merchant: bool


class ReadyListView(msgspec.Struct, frozen=True):
    data: tuple[ReadyView, ...]


def view(one: Ready, language: str) -> ReadyView:
    title, about = (text.sentence(f"reports.{one.name}.{part}", language) for part in ("title", "about"))
    return ReadyView(one.name, title, about, one.period, one.chart, one.query, one.of_merchant)


def asked(one: Ready, wish: ReadyRequest) -> SavedQuery | None:
    """What is asked for; None where SQL answers. Raises InvalidRequest: a merchant is missing, or is not asked for."""
    if one.of_merchant != (wish.merchant_id is not None):
        raise InvalidRequest(param="merchant_id")
    if one.query is None:
        return None
    about = (Filter("merchant", (wish.merchant_id,)),) if wish.merchant_id else ()
    period, filters = wish.period or one.period, (*one.query.filters, *about)
    return msgspec.structs.replace(one.query, period=period, filters=filters)
