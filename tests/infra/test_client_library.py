"""The client library is generated whole, and plays a sale against the local cloud: the description is true."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from infra import client_library
from infra.local import people
from infra.local.client import Client, new_key
from tests.browser import kit
from tests.local import local

__all__ = ["local"]
API = "coffer_client.api"


@pytest.fixture(scope="module")
def library() -> Iterator[Path]:
    found = client_library.library()
    sys.path.insert(0, str(found))
    yield found
    sys.path.remove(str(found))


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def model(name: str, **facts: Any) -> Any:
    return getattr(module("coffer_client.models"), name).from_dict(facts)


def test_every_call_of_the_description_is_in_it(library: Path) -> None:
    paths = json.loads(client_library.described())["paths"]
    wanted = {f"{one['tags'][0]}/{one['operationId']}" for methods in paths.values() for one in methods.values()}
    found = {f"{file.parent.name}/{file.stem}" for file in (library / "coffer_client" / "api").glob("*/[a-z]*.py")}
    assert found == wanted


def test_a_description_that_it_does_not_understand_is_refused(tmp_path: Path) -> None:
    described = json.loads(client_library.described())
    schemas = described["components"]["schemas"]
    schemas["another.PaymentView"] = schemas["PaymentView"]
    with pytest.raises(client_library.NotGenerated, match="duplicate models"):
        client_library.generate(json.dumps(described).encode(), tmp_path / "client")


def test_a_sale_a_refusal_and_a_list_go_through_it(library: Path, local: dict[str, Any]) -> None:
    person, shop = kit.newcomer(local, funds=5_000), local["people"]["merchants"][0]
    tokens = people.sign_in(Client(local["api"]), person) or {}
    clients = module("coffer_client")
    customer = clients.AuthenticatedClient(base_url=local["api"], token=tokens["access_token"])
    till = clients.AuthenticatedClient(base_url=local["api"], token=shop["api_key"])
    pay, refund = module(f"{API}.payments.payments_pay"), module(f"{API}.payments.payments_refund")
    entries, wallets = module(f"{API}.ledger.ledger_entries"), module(f"{API}.ledger.ledger_wallets")
    wallet = wallets.sync(client=customer).data[0]
    wish = {"wallet_id": wallet.id, "merchant_id": shop["id"], "currency": "CNY", "order_reference": new_key()[:8]}

    paid = pay.sync(client=customer, body=model("PayRequest", **wish, amount=4_000), idempotency_key=new_key())
    back = refund.sync(
        paid.id, client=till, body=model("RefundRequest", amount=1_500, reason="cold"), idempotency_key=new_key()
    )
    refused = pay.sync(client=customer, body=model("PayRequest", **wish, amount=9_000), idempotency_key=new_key())
    first = entries.sync(wallet.id, client=customer, limit=2)
    rest = entries.sync(wallet.id, client=customer, limit=2, cursor=first.next_cursor)

    assert (paid.status, paid.amount, back.amount) == ("captured", 4_000, 1_500)
    assert (refused.code, refused.status) == ("insufficient-funds", 409)
    assert [one.amount for one in (*first.data, *rest.data)] == [1_500, -4_000, 5_000]
    assert (first.has_more, rest.has_more) == (True, False)
