"""What a merchant sold and gave back: the lines of its settlements, read by way of its own account's journal.

A sale is settled within seconds, as soon as the journal's stream has told of it; until then it is in no list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock, ids, roles
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger import chart, history, views
from chalicelib.ledger import service as ledger
from chalicelib.merchants import model, model_sales, model_statements, service, store_staff, store_stores
from chalicelib.merchants.model import SettlementView
from chalicelib.merchants.model_sales import Place, SaleView, SettlementDetailView
from chalicelib.merchants.model_statements import MerchantStatementView

_READ_TOGETHER = 100


def listed(
    caller: Operator | Merchant, merchant_id: str, currency: str | None, position: str | None, limit: int, at: datetime
) -> tuple[list[SaleView], str | None]:
    """Newest batch first, in one currency (by default the merchant's first), and the position of the next page.

    Whoever is at one store sees what was sold there, and fewer than `limit` on a page. Raises Forbidden,
    NotFound, CurrencyMismatch.
    """
    if isinstance(caller, Merchant):
        caller.require("payments")
    account, known = service.account(caller, merchant_id, currency, at)
    start = model_sales.place(position)
    entries = history.entries(account, start.before, limit + 1)
    chosen, place = _enough(entries, start, limit)
    found = _sales([_settlement(one, known) for one in chosen if one["kind"] == "settlement"])
    page = [one for one in found[start.skip : start.skip + limit] if _is_seen(caller, one)]
    return _named(caller, page), place.written if place else None


def settlement(caller: Operator | Merchant, merchant_id: str, settlement_id: str, at: datetime) -> SettlementDetailView:
    """A batch line by line. Raises Forbidden, NotFound."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    service.merchant(caller, merchant_id)
    found = ledger.movements([settlement_id]) if ids.is_id(settlement_id, "stl") else []
    if not found or found[0]["account"] not in service.terms(merchant_id, at).account.values():
        raise NotFound()
    (movement,) = found
    names = ("gross", "fees", "currency", "lines")
    net, told = movement["amount"], {name: movement[name] for name in names}
    view = SettlementView(id=settlement_id, at=movement["created_at"], net=net, **told)
    return SettlementDetailView(view, _named(caller, _sales([view])))


def statement(
    caller: Operator | Merchant, merchant_id: str, currency: str | None, month: str, at: datetime
) -> MerchantStatementView:
    """Of the `month` as it is written. Raises Forbidden, NotFound, InvalidRequest, CurrencyMismatch."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    account, known = service.account(caller, merchant_id, currency, at)
    begins = views.month(month, at)
    return model_statements.view(service.terms(merchant_id, at), known, history.statement(account, begins))


def _enough(entries: Sequence[dict[str, Any]], start: Place, limit: int) -> tuple[list[dict[str, Any]], Place | None]:
    """As many batches as hold `limit` lines past `start`, and where the next page begins; None at the end."""
    wanted, lines, before = start.skip + limit, 0, start.before
    for count, entry in enumerate(entries, 1):
        held = int(entry["text"]) if entry["kind"] == "settlement" else 0
        if lines + held > wanted:
            return list(entries[:count]), Place(_just_after(entry["sk"]), wanted - lines)
        lines, before = lines + held, entry["sk"]
        if lines == wanted or count == limit:
            following = Place(before) if len(entries) > count else None
            return list(entries[:count]), following
    return list(entries), None


def _just_after(written: str) -> str:
    """Batches that come meanwhile are later: what was passed over stays the same."""
    return clock.written(clock.read(written) + clock.MICROSECOND)


def _sales(batches: Sequence[SettlementView]) -> list[SaleView]:
    """Of one batch after the other, as they are given; in each, the newest first."""
    lines = {batch.id: ledger.lines(batch.id) for batch in batches}
    movements = _movements([line[0] for one in lines.values() for line in one])
    payments = _movements([one["payment"] for one in movements.values() if "payment" in one])
    return [sale for batch in batches for sale in _of_batch(batch, lines[batch.id], movements, movements | payments)]


def _of_batch(
    batch: SettlementView,
    lines: Sequence[tuple[str, int, int]],
    movements: dict[str, dict[str, Any]],
    payments: dict[str, dict[str, Any]],
) -> Iterator[SaleView]:
    newest = sorted(lines, key=lambda line: (movements[line[0]]["created_at"], line[0]), reverse=True)
    for movement_id, amount, fee in newest:
        movement = movements[movement_id]
        payment = payments[movement.get("payment", movement_id)]
        yield model_sales.sale(movement, payment, (amount, fee), batch)


def _is_seen(caller: Operator | Merchant, sale: SaleView) -> bool:
    return isinstance(caller, Operator) or caller.store_id in ("", sale.store_id)


def _named(caller: Operator | Merchant, found: Sequence[SaleView]) -> list[SaleView]:
    """Names of staff are for those who see staff."""
    knows = isinstance(caller, Merchant) or roles.may(caller.role, "merchants.see-staff")
    shops = store_stores.names({one.store_id for one in found} - {""})
    people = store_staff.names({one.staff_id for one in found} - {""}) if knows else {}
    return [model_sales.named(one, shops, people) for one in found]


def _movements(wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    unique = sorted(set(wanted))
    pages = (unique[at : at + _READ_TOGETHER] for at in range(0, len(unique), _READ_TOGETHER))
    return {one["pk"]: one for page in pages for one in ledger.movements(page)}


def _settlement(entry: dict[str, Any], currency: str) -> SettlementView:
    return model.settlement_view(entry, chart.settling(currency), chart.fees(currency))
