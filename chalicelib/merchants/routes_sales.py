"""What a merchant sold and gave back, line by line."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import CurrencyMismatch, InvalidRequest
from chalicelib.kernel.money import CURRENCY_SCHEMA
from chalicelib.ledger import views
from chalicelib.merchants.model_sales import SaleView, SettlementDetailView
from chalicelib.merchants.model_statements import MerchantStatementView

room = Room("merchants_sales", function="office")
_FILE = 'attachment; filename="statement.{}"'
_CSV = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": _FILE.format("csv")}
_PDF = {"Content-Type": "application/pdf", "Content-Disposition": _FILE.format("pdf")}


@room.route(
    "GET",
    "/v1/merchants/{id}/sales",
    answers={200: SaleView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    listing=True,
    query=("currency",),
    parameters={"currency": {"schema": CURRENCY_SCHEMA}},
    errors=(CurrencyMismatch,),
    summary="What a merchant sold and gave back, as it was settled, newest first",
)
def listed(call: Call[None]) -> Answer:
    from chalicelib.merchants import sales

    page, caller = call.page, call.merchant_or_operator
    found, following = sales.listed(
        caller, call.path["id"], call.query.get("currency"), page.cursor, page.limit, call.at
    )
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/merchants/{id}/settlements/{settlement_id}",
    answers={200: SettlementDetailView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    summary="A settlement line by line, with each fee",
)
def settlement(call: Call[None]) -> Answer:
    from chalicelib.merchants import sales

    found = sales.settlement(call.merchant_or_operator, call.path["id"], call.path["settlement_id"], call.at)
    return Answer(200, found)


@room.route(
    "GET",
    "/v1/merchants/{id}/statements/{month}",
    answers={200: MerchantStatementView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    query=("currency", "format"),
    parameters={
        "month": {"schema": {"type": "string", "pattern": f"^{views.MONTH}$"}, "example": "2026-11"},
        "currency": {"schema": CURRENCY_SCHEMA},
        "format": {"schema": {"enum": ["json", "csv", "pdf"], "default": "json"}},
    },
    media={"text/csv": {"type": "string"}, "application/pdf": {"type": "string", "format": "binary"}},
    errors=(CurrencyMismatch,),
    summary="A month of a merchant's account, as JSON, CSV or PDF",
)
def statement(call: Call[None]) -> Answer:
    from chalicelib.merchants import model_statements, printing, sales

    caller, currency = call.merchant_or_operator, call.query.get("currency")
    view = sales.statement(caller, call.path["id"], currency, call.path["month"], call.at)
    match call.query.get("format", "json"):
        case "json":
            return Answer(200, view)
        case "csv":
            return Answer(200, model_statements.csv(view), _CSV)
        case "pdf":
            return Answer(200, printing.printed(view, call.language), _PDF)
    raise InvalidRequest(param="format")
