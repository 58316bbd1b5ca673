"""Shops of their own whose sales are in the lake, and what the API itself answers about them."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from infra.local import demo_backup, people
from infra.local.client import Client
from tests.browser import console_kit

COUNT, SUM = {"measure": "count"}, {"measure": "sum", "of": "amount"}
IN_CNY = {"dimension": "currency", "words": ["CNY"], "is_not": False}
_sold: dict[str, str] = {}


def sold(local: dict[str, Any], operator: Client, amounts: tuple[int, ...]) -> str:
    """A merchant to whom that was paid; all of it is in the lake."""
    shop = str(people.open_shop(operator, people.Shop(f"Counted {uuid.uuid4().hex[:6]}"))["id"])
    for amount in amounts:
        console_kit.customer_who_paid(local, amount, merchant=shop)

    def there() -> bool | None:
        demo_backup.turn(local, "compact")
        rows = asked(operator, wish(shop))["rows"]
        return sum(row["count"] for row in rows if row["kind"] == "payment") == len(amounts) or None

    people.wait_for(there, "what was paid, in the lake")
    return shop


def wish(shop: str, **more: Any) -> dict[str, Any]:
    """By kind, of one shop."""
    mine = {"dimension": "merchant", "words": [shop], "is_not": False}
    return {"measures": [COUNT, SUM], "dimensions": ["kind"], "filters": [IN_CNY, mine]} | more


def asked(operator: Client, question: dict[str, Any]) -> dict[str, Any]:
    """Of today."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    times = {"from": f"{today:%Y-%m-%dT00:00:00Z}", "to": f"{today + timedelta(days=1):%Y-%m-%dT00:00:00Z}"}
    found: dict[str, Any] = operator.insist("/v1/reports/query", times | question).expect(200)
    return found


def address(question: dict[str, Any], period: str = "today") -> str:
    return f"/reports/ask?period={period}&q={quote(json.dumps(question))}"


def saved(operator: Client, name: str = "") -> str:
    query = {"period": "today", "measures": [COUNT], "dimensions": ["time", "kind"]}
    body = {"name": name or f"Kept {uuid.uuid4().hex[:6]}", "query": query, "chart": "lines"}
    return str(operator.insist("/v1/reports/saved", body).expect(201)["id"])


def imported(operator: Client) -> str:
    """A file that waits for its content."""
    columns = [{"column": "Region manager", "name": "region_manager"}]
    body = {"name": f"shops_{uuid.uuid4().hex[:6]}", "key": "merchant", "key_column": "Shop", "columns": columns}
    return str(operator.insist("/v1/reports/imports", body | {"sha256": "0" * 64, "bytes": 2}).expect(201)["id"])


def row(local: dict[str, Any], operator: Client) -> str:
    """Where a row of an answer is, with something behind it."""
    if local["api"] not in _sold:
        _sold[local["api"]] = sold(local, operator, (1_101,))
    question = wish(_sold[local["api"]])
    return f"/reports/answers/{asked(operator, question)['id']}/0?period=today&q={quote(json.dumps(question))}"
