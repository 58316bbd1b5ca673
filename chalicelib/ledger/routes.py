"""A customer's own wallets. Somebody else's is not found, before any call is made."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest, NotFound
from chalicelib.ledger import history, holds, service, views
from chalicelib.ledger.holds import HoldsView
from chalicelib.ledger.views import BalanceView, EntryView, StatementView, WalletsView, WalletView

room = Room("ledger", function="money")
_FILE = 'attachment; filename="statement.{}"'
_CSV = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": _FILE.format("csv")}
_PDF = {"Content-Type": "application/pdf", "Content-Disposition": _FILE.format("pdf")}


@room.route("GET", "/v1/wallets", answers={200: WalletsView}, caller=Customer, summary="My wallets")
def wallets(call: Call[None]) -> Answer:
    found = [views.wallet(service.head(one), call.language) for one in call.customer.wallet_ids]
    return Answer(200, WalletsView(found))


@room.route("GET", "/v1/wallets/{id}", answers={200: WalletView}, caller=Customer, summary="One wallet")
def wallet(call: Call[None]) -> Answer:
    return Answer(200, views.wallet(service.head(_mine(call)), call.language))


@room.route(
    "GET",
    "/v1/wallets/{id}/holds",
    answers={200: HoldsView},
    caller=Customer,
    summary="What is put aside in a wallet: why, until when, what to do",
)
def held(call: Call[None]) -> Answer:
    return Answer(200, holds.listed(service.head(_mine(call)), call.language))


@room.route(
    "GET",
    "/v1/wallets/{id}/entries",
    answers={200: EntryView},
    caller=Customer,
    listing=True,
    summary="What happened, newest first",
)
def entries(call: Call[None]) -> Answer:
    found = history.entries(_mine(call), call.page.cursor, call.page.limit + 1)
    shown, more = found[: call.page.limit], len(found) > call.page.limit
    return Answer(200, call.page.envelope([views.entry(one) for one in shown], shown[-1]["sk"] if more else None))


@room.route(
    "GET",
    "/v1/wallets/{id}/balance",
    answers={200: BalanceView},
    caller=Customer,
    query=("at",),
    parameters={"at": {"schema": {"type": "string", "format": "date-time"}}},
    summary="The balance now or at any past instant",
)
def balance(call: Call[None]) -> Answer:
    account = _mine(call)
    at = views.past(call.query["at"], call.at, "at") if "at" in call.query else call.at
    return Answer(200, views.balance(service.head(account), at, history.balance_at(account, at)))


@room.route(
    "GET",
    "/v1/wallets/{id}/statements/{month}",
    answers={200: StatementView},
    caller=Customer,
    query=("format",),
    parameters={
        "month": {"schema": {"type": "string", "pattern": f"^{views.MONTH}$"}, "example": "2026-11"},
        "format": {"schema": {"enum": ["json", "csv", "pdf"], "default": "json"}},
    },
    media={"text/csv": {"type": "string"}, "application/pdf": {"type": "string", "format": "binary"}},
    summary="A month, as JSON, CSV or PDF",
)
def statement(call: Call[None]) -> Answer:
    from chalicelib.ledger import printing

    account, month = _mine(call), views.month(call.path["month"], call.at)
    view = views.statement(service.head(account), history.statement(account, month))
    match call.query.get("format", "json"):
        case "json":
            return Answer(200, view)
        case "csv":
            return Answer(200, views.statement_csv(view), _CSV)
        case "pdf":
            return Answer(200, printing.printed(view, call.language), _PDF)
    raise InvalidRequest(param="format")


def _mine(call: Call[None]) -> str:
    if call.path["id"] not in call.customer.wallet_ids:
        raise NotFound()
    return call.path["id"]
