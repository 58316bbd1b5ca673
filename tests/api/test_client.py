"""A client library made of the description alone pays, charges, refunds and lists: so the description is true."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra import client_library
from tests.api.caller import Caller
from tests.api.charge_kit import NOBODYS
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock

NAME, URL = "coffer_client", "https://coffer.test"


class Gateway(httpx.BaseTransport):
    """In the place of the network: each request is an event of API Gateway's."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, headers = request.url.raw_path.decode(), {name.title(): value for name, value in request.headers.items()}
        reply = Caller().request(request.method, path, request.read() or None, headers)
        return httpx.Response(reply.status, headers=reply.headers, content=reply.raw)


class Library:
    """The generated package; `call("payments.payments_pay", client, …)` gives what came, parsed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{NAME}.models"), name)

    def nobody(self) -> Any:
        return importlib.import_module(NAME).Client(base_url=URL, httpx_args={"transport": Gateway()})

    def bearing(self, token: str) -> Any:
        package = importlib.import_module(NAME)
        return package.AuthenticatedClient(base_url=URL, token=token, httpx_args={"transport": Gateway()})

    def call(self, operation: str, client: Any, *path: str, **given: Any) -> Any:
        return importlib.import_module(f"{NAME}.api.{operation}").sync(*path, client=client, **given)


class Town(World):
    def key(self) -> str:
        """An API key of the shop's."""
        scopes = {"scopes": ["payments", "refunds", "checkouts"]}
        return str(self.operator.post(f"/v1/merchants/{self.shop.id}/keys", scopes).json["key"])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Generated anew; a warning of the generator fails here."""
    folder = tmp_path_factory.mktemp("library") / "client"
    client_library.generate(client_library.described(), folder)
    sys.path.insert(0, str(folder))
    yield Library()
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Town:
    cheap_passwords(monkeypatch)
    return Town(clock)


def order(library: Library, ana: Person, shop: str, amount: int, **more: Any) -> Any:
    wish = {"wallet_id": ana.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY", "order_reference": "a"}
    return library.PayRequest(**(wish | more))


def signed_in(library: Library, ana: Person) -> Any:
    claim = library.SignInRequest(identifier=ana.identifier, password=PASSWORD)
    tokens = library.call("identity.identity_sessions_sign_in", library.nobody(), body=claim)
    assert isinstance(tokens, library.TokensView)
    return library.bearing(tokens.access_token)


def test_every_call_of_the_description_is_in_it(library: Library) -> None:
    paths = json.loads(client_library.described())["paths"]
    wanted = {f"{one['tags'][0]}/{one['operationId']}" for methods in paths.values() for one in methods.values()}
    folder = Path(importlib.import_module(f"{NAME}.api").__path__[0])
    assert {f"{file.parent.name}/{file.stem}" for file in folder.glob("*/[a-z]*.py")} == wanted


def test_a_description_that_is_not_understood_makes_no_library(tmp_path: Path) -> None:
    described = json.loads(client_library.described())
    schemas = described["components"]["schemas"]
    schemas["another.PaymentView"] = schemas["PaymentView"]
    with pytest.raises(client_library.NotGenerated, match="duplicate models"):
        client_library.generate(json.dumps(described).encode(), tmp_path / "client")


def test_a_customer_signs_in_and_pays_a_checkout_once(library: Library, world: Town) -> None:
    ana = world.customer(1_000)
    phone, till = signed_in(library, ana), library.bearing(world.key())
    wish = library.NewCheckout(amount=700, currency="CNY", order_reference="A-17")
    checkout = library.call("merchants.merchants_open_checkout", till, body=wish)
    assert (checkout.status, checkout.amount) == ("open", 700)
    pays = library.PayRequest(wallet_id=ana.wallet, checkout_id=checkout.id)
    first, again = (library.call("payments.payments_pay", phone, body=pays, idempotency_key="k") for _ in range(2))
    assert isinstance(first, library.PaymentView)
    assert (first, first.status, first.captured, ana.available) == (again, "captured", 700, 300)
    assert library.call("merchants.merchants_checkout", till, checkout.id).payment_id == first.id
    asked = library.RefundRequest(amount=200)
    refund = library.call("payments.payments_refund", till, first.id, body=asked, idempotency_key="r")
    assert (refund.status, refund.payment_id, ana.available) == ("succeeded", first.id, 500)


def test_a_till_charges_a_code_and_reverses_it(library: Library, world: Town) -> None:
    ana = world.customer(1_000)
    phone, till = signed_in(library, ana), library.bearing(world.key())
    shown = library.NewPaymentCode(wallet_id=ana.wallet)
    code = library.call("payments.payments_charges_show_code", phone, body=shown)
    wish = library.ChargeRequest(code=code.code, amount=400, currency="CNY", order_reference="A-18")
    charge = library.call("payments.payments_charges_charge", till, body=wish, idempotency_key="c")
    assert (type(charge), charge.amount, ana.available) == (library.PaymentView, 400, 600)
    over = library.call(
        "payments.payments_charges_reverse", till, charge.id, body=library.Nothing(), idempotency_key="o"
    )
    assert (over.given_back, ana.available) == (400, 1_000)


def test_a_refusal_is_a_problem_with_its_code(library: Library, world: Town) -> None:
    ana = world.customer(100)
    phone, till = signed_in(library, ana), library.bearing(world.key())
    body = order(library, ana, world.shop.id, 101)
    short = library.call("payments.payments_pay", phone, body=body, idempotency_key="k")
    assert isinstance(short, library.Problem)
    assert (short.status, short.code, short["missing"]) == (409, "insufficient-funds", 1)
    wish = library.ChargeRequest(code=NOBODYS, amount=1, currency="CNY", order_reference="A-19")
    nobodys = library.call("payments.payments_charges_charge", till, body=wish, idempotency_key="c")
    stranger = library.call("payments.payments_payment", library.bearing("mk_nobody"), "pay_1")
    assert [(one.status, one.code) for one in (nobodys, stranger)] == [(409, "code-unknown"), (401, "invalid-token")]
    claim = library.SignInRequest(identifier=ana.identifier, password="wrong " + PASSWORD)
    wrong = library.call("identity.identity_sessions_sign_in", library.nobody(), body=claim)
    assert (type(wrong), wrong.code) == (library.Problem, "invalid-credentials")


def test_a_list_is_read_page_by_page(library: Library, world: Town) -> None:
    ana = world.customer(1_000)
    phone = signed_in(library, ana)
    for amount in (1, 2, 3):
        body = order(library, ana, world.shop.id, amount)
        library.call("payments.payments_pay", phone, body=body, idempotency_key=f"k{amount}")
    seen, cursor = [], {}
    while True:
        page = library.call("ledger.ledger_entries", phone, ana.wallet, limit=2, **cursor)
        seen += [one.amount for one in page.data]
        if not page.has_more:
            break
        cursor = {"cursor": page.next_cursor}
    assert seen == [-3, -2, -1, 1_000]
