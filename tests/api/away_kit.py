"""A call of every route that needs no key, each able to succeed: for what happens when AWS is away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import store
from chalicelib.ledger.items import FUNDING
from chalicelib.ledger.write import Update
from chalicelib.processors import wire
from chalicelib.settings import settings
from infra.local.bank_post import letter, signed
from tests.api import (
    account_kit,
    away_kit_credit,
    away_kit_gifts,
    away_kit_night,
    away_kit_people,
    away_kit_points,
    away_kit_shops,
    card_kit,
    charge_kit,
    family_kit,
    payout_kit,
    risk_kit,
    split_kit,
    transfer_kit,
    withdrawal_kit,
)
from tests.api.authenticator import Authenticator
from tests.api.bad_input_kit import BODIES, SIGN_UP_SECRET
from tests.api.caller import Caller, Reply
from tests.api.topup_kit import KEYS, Till
from tests.api.world import PASSWORD, Person, World
from tests.people import code_now, enrolled

Call = Callable[[], Reply]
OFFLINE = {
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
    "GET /v1/documents",
    "GET /v1/keys",
    "GET /v1/education",
    "GET /v1/incident-sentences",
    "GET /v1/withdrawal-offers",
    "GET /v1/processors",
    "POST /v1/password-strength",
    "GET /v1/reports/ready",
    "GET /v1/reports/answers/{id}",
    "GET /v1/reports/answers/{id}/file",
    "GET /v1/reports/answers/{id}/rows/{place}/entries",
}
"""They ask no table."""


def of_an_owner(world: World) -> dict[str, Call]:
    """Whatever they change about their access, each on an account of its own."""
    ada, bea, cat, dan, eve, fay = (world.customer() for _ in range(6))
    proposed = ada.phone.post("/v1/me/totp", {"password": PASSWORD}).json["secret"]
    secret = enrolled(bea.phone, PASSWORD)
    keys = [Authenticator(), Authenticator()]
    made = [keys[0].made(options(cat.phone)), keys[1].made(options(dan.phone))]
    dan.phone.post("/v1/me/passkeys", {"name": "phone", "credential": made[1]})
    enrolled(eve.phone, PASSWORD)
    for person in (bea, fay):
        person.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    mine, claim = {"password": PASSWORD}, {"identifier": bea.identifier, "password": PASSWORD}
    passkey = dan.phone.get("/v1/me/passkeys").json["data"][0]["id"]
    asked = world.nobody.post("/v1/sessions/passkey/options").json["options"]
    answer = {"challenge": world.nobody.post("/v1/sessions", claim).json["challenge"], "method": "totp"}
    stepped = fay.phone.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"]
    step_up, other = {"method": "pin", "pin": "428571"}, world.customer()
    return {
        "POST /v1/me/totp": lambda: cat.phone.post("/v1/me/totp", {"password": PASSWORD}),
        "POST /v1/me/totp/confirm": lambda: ada.phone.post("/v1/me/totp/confirm", {"code": code_now(proposed)}),
        "DELETE /v1/me/totp": lambda: eve.phone.request("DELETE", "/v1/me/totp", mine),
        "POST /v1/me/recovery-codes": lambda: bea.phone.post("/v1/me/recovery-codes", mine),
        "GET /v1/me/recovery-codes": lambda: bea.phone.get("/v1/me/recovery-codes"),
        "PUT /v1/me/payment-pin": lambda: bea.phone.request("PUT", "/v1/me/payment-pin", mine | {"pin": "310597"}),
        "POST /v1/me/passkeys/options": lambda: cat.phone.post("/v1/me/passkeys/options", mine),
        "POST /v1/me/passkeys": lambda: cat.phone.post("/v1/me/passkeys", {"name": "p", "credential": made[0]}),
        "GET /v1/me/passkeys": lambda: dan.phone.get("/v1/me/passkeys"),
        "POST /v1/sessions/second-factor": lambda: world.nobody.post(
            "/v1/sessions/second-factor", answer | {"code": code_now(secret, 1)}
        ),
        "POST /v1/sessions/passkey/options": lambda: world.nobody.post("/v1/sessions/passkey/options"),
        "POST /v1/sessions/passkey": lambda: world.nobody.post(
            "/v1/sessions/passkey", {"credential": keys[1].signed(asked)}
        ),
        "DELETE /v1/me/passkeys/{id}": lambda: dan.phone.request("DELETE", f"/v1/me/passkeys/{passkey}", mine),
        "POST /v1/me/step-up/options": lambda: dan.phone.post("/v1/me/step-up/options"),
        "POST /v1/me/step-up": lambda: fay.phone.post("/v1/me/step-up", step_up),
        "POST /v1/me/freeze": lambda: fay.phone.post("/v1/me/freeze"),
        "DELETE /v1/me/freeze": lambda: world.nobody.bearing(stepped).delete("/v1/me/freeze"),
        "PATCH /v1/sessions/{id}": lambda: other.phone.patch(
            f"/v1/sessions/{other.tokens['session_id']}", {"device_name": "phone"}
        ),
        "DELETE /v1/sessions": lambda: other.phone.delete("/v1/sessions"),
    }


def options(phone: Caller) -> dict[str, Any]:
    found: dict[str, Any] = phone.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    return found


def requests(world: World) -> dict[str, Call]:
    """A call of every route that needs no key, each able to succeed."""
    ana, till = world.customer(1_000), Till(world.nobody)
    wire.use(till.transport)
    mine = of_a_customer(world, ana, till) | account_kit.calls(world)
    theirs = {**of_anybody(world, ana), **mine, **of_an_owner(world), **of_the_office(world, till)}
    return theirs | away_kit_people.calls(world)


def of_anybody(world: World, ana: Person) -> dict[str, Call]:
    nobody, wish = world.nobody, BODIES["POST /v1/users"] | {"identifier": "new@example.com", "password": PASSWORD}
    nobody.post("/v1/users", wish)
    proof = {"identifier": "new@example.com", "code": world.code_of("new@example.com")}
    proof["sign_up_secret"] = SIGN_UP_SECRET
    claim, token = {"identifier": ana.identifier, "password": PASSWORD}, {"refresh_token": ana.tokens["refresh_token"]}
    forgetful = {"identifier": world.customer().identifier}
    world.clock.advance(1)
    nobody.post("/v1/password-resets", forgetful)
    reset = forgetful | {"code": world.code_of(forgetful["identifier"]), "new_password": "another " + PASSWORD}
    return {
        "GET /health": lambda: nobody.get("/health"),
        "GET /openapi.json": lambda: nobody.get("/openapi.json"),
        "GET /docs": lambda: nobody.get("/docs"),
        "POST /v1/users": lambda: nobody.post("/v1/users", wish | {"identifier": "x@example.com"}),
        "POST /v1/users/verify": lambda: nobody.post("/v1/users/verify", proof),
        "POST /v1/sessions": lambda: nobody.post("/v1/sessions", claim),
        "POST /v1/sessions/refresh": lambda: nobody.post("/v1/sessions/refresh", token),
        "POST /v1/password-resets": lambda: nobody.post("/v1/password-resets", forgetful | {"reset_secret": "x" * 16}),
        "POST /v1/password-resets/confirm": lambda: nobody.post("/v1/password-resets/confirm", reset),
        "POST /v1/password-strength": lambda: nobody.post("/v1/password-strength", {"password": PASSWORD}),
    }


def of_a_customer(world: World, ana: Person, till: Till) -> dict[str, Call]:
    phone, wallet, bob, shop = ana.phone, f"/v1/wallets/{ana.wallet}", world.customer(), world.shop
    claim = {"identifier": ana.identifier, "password": PASSWORD}
    other = world.nobody.post("/v1/sessions", claim).json["session_id"]
    paid, topup, checkout = ana.pay(100).json["id"], till.top_up().json["id"], shop.checkout(5)["id"]
    refund = shop.act(paid, "refunds", {"amount": 1}).json["id"]
    over = shop.checkout(6, return_url="https://pots.example/thanks")["id"]
    assert ana.pay_checkout(over).status == 201
    sent, stamp = letter(till.message(topup, "failed")), int(world.clock.now().timestamp())
    return {
        "GET /v1/sessions": lambda: phone.get("/v1/sessions"),
        "DELETE /v1/sessions/{id}": lambda: phone.delete(f"/v1/sessions/{other}"),
        "DELETE /v1/sessions/current": lambda: bob.phone.delete("/v1/sessions/current"),
        "GET /v1/me": lambda: phone.get("/v1/me"),
        "PATCH /v1/me": lambda: phone.patch("/v1/me", {"display_name": "Anna"}),
        "GET /v1/me/notices": lambda: phone.get("/v1/me/notices"),
        **of_codes(world),
        **of_what_is_kept(world, ana),
        **of_money_out(world),
        **(
            of_cards(world)
            | away_kit_points.of_coupons(world)
            | away_kit_points.calls(world)
            | away_kit_credit.calls(world)
            | away_kit_gifts.calls(world)
        ),
        **(of_transfers(world) | split_kit.calls(world) | family_kit.calls(world)),
        "GET /v1/wallets": lambda: phone.get("/v1/wallets"),
        "GET /v1/wallets/{id}": lambda: phone.get(wallet),
        "GET /v1/wallets/{id}/holds": lambda: phone.get(f"{wallet}/holds"),
        "GET /v1/wallets/{id}/entries": lambda: phone.get(f"{wallet}/entries"),
        "GET /v1/wallets/{id}/balance": lambda: phone.get(f"{wallet}/balance"),
        "GET /v1/wallets/{id}/statements/{month}": lambda: phone.get(f"{wallet}/statements/2026-11"),
        "GET /v1/processors": lambda: phone.get("/v1/processors?currency=CNY"),
        "GET /v1/topups/{id}": lambda: till.customer.get(f"/v1/topups/{topup}"),
        "POST /v1/webhooks/{processor}": lambda: till.deliver(sent.body, signed(sent, KEYS, stamp)),
        "GET /v1/payments/{id}": lambda: phone.get(f"/v1/payments/{paid}"),
        "GET /v1/payments": lambda: shop.till.get("/v1/payments?order_reference=order-1"),
        "GET /v1/deposits": lambda: shop.till.get("/v1/deposits"),
        "GET /v1/refunds/{id}": lambda: phone.get(f"/v1/refunds/{refund}"),
        "GET /v1/checkouts/{id}": lambda: phone.get(f"/v1/checkouts/{checkout}"),
        "GET /v1/checkouts/{id}/return": lambda: phone.get(f"/v1/checkouts/{over}/return"),
    }


def of_codes(world: World) -> dict[str, Call]:
    """Two charges wait for her: one to look at, one to decline."""
    ida = withdrawal_kit.with_pin(world, 5_000_000)
    seen, declined = (charge_kit.charged(world.shop, ida, 600_000 + n) for n in range(2))
    code = charge_kit.shown(ida)["id"]
    return {
        "POST /v1/payment-codes": lambda: ida.phone.post("/v1/payment-codes", {"wallet_id": ida.wallet}),
        "GET /v1/payment-codes/{id}": lambda: ida.phone.get(f"/v1/payment-codes/{code}"),
        "GET /v1/charges/{id}": lambda: charge_kit.asked(world.shop, seen),
        "POST /v1/charges/{id}/decline": lambda: charge_kit.decline(ida, declined),
    }


def of_cards(world: World) -> dict[str, Call]:
    """The office keeps the shop's plans, and she has bought one."""
    boss, every, ivy = world.operator, f"/v1/merchants/{world.shop.id}/card-plans", world.customer(20_000)
    kept, gone = (boss.post(every, card_kit.PLAN).json for _ in range(2))
    card = card_kit.buy(ivy, kept).json["id"]
    return {
        "POST /v1/merchants/{id}/card-plans": lambda: boss.post(every, card_kit.PLAN),
        "GET /v1/merchants/{id}/card-plans": lambda: boss.get(every),
        "POST /v1/merchants/{id}/card-plans/{plan_id}/withdraw": lambda: boss.post(f"{every}/{gone['id']}/withdraw"),
        "GET /v1/card-plans": lambda: ivy.phone.get(f"/v1/card-plans?merchant_id={world.shop.id}"),
        "GET /v1/cards": lambda: ivy.phone.get("/v1/cards"),
        "GET /v1/cards/{id}": lambda: ivy.phone.get(f"/v1/cards/{card}"),
        "GET /v1/cards/{id}/entries": lambda: ivy.phone.get(f"/v1/cards/{card}/entries"),
    }


def of_transfers(world: World) -> dict[str, Call]:
    """One that waits, to look at and to cancel."""
    jan, kim = world.customer(20_000), world.customer()
    waits = transfer_kit.send(jan, kim.identifier, note="tea").json["id"]
    path, name = f"/v1/transfers/{waits}", {"identifier": kim.identifier}
    packet = transfer_kit.packet(jan, greeting="luck").json
    return {
        "POST /v1/payee-checks": lambda: jan.phone.post("/v1/payee-checks", name),
        "GET /v1/transfers": lambda: jan.phone.get("/v1/transfers"),
        "GET /v1/transfers/{id}": lambda: jan.phone.get(path),
        "GET /v1/red-packets/{id}": lambda: kim.phone.get(f"/v1/red-packets/{packet['id']}?link={packet['link']}"),
        "POST /v1/transfers/{id}/cancel": lambda: jan.phone.post(f"{path}/cancel", {}),
    }


def of_money_out(world: World) -> dict[str, Call]:
    """The funding method of yesterday is the ledger's word for it alone."""
    gus, hal = withdrawal_kit.with_pin(world), withdrawal_kit.with_pin(world, 5_000)
    added = withdrawal_kit.add(hal).json
    yesterday = clock.written(world.clock.now() - timedelta(days=1))
    usable = Update(settings().ledger_table, added["id"], FUNDING).assign("usable_at", yesterday)
    store.update(usable.written())
    withdrawal, path = withdrawal_kit.withdraw(hal, added["id"]).json["id"], withdrawal_kit.METHODS
    return {
        f"GET {path}": lambda: hal.phone.get(path),
        f"POST {path}": lambda: withdrawal_kit.add(gus),
        f"DELETE {path}/{{id}}": lambda: hal.phone.delete(f"{path}/{added['id']}"),
        "GET /v1/withdrawal-offers": lambda: hal.phone.get("/v1/withdrawal-offers"),
        "GET /v1/withdrawals/{id}": lambda: hal.phone.get(f"/v1/withdrawals/{withdrawal}"),
    }


def of_what_is_kept(world: World, ana: Person) -> dict[str, Call]:
    phone, cleo, dora = ana.phone, world.customer(), world.customer()
    phone.patch("/v1/me", {"locale": "zh"})
    kept = phone.get("/v1/me/trash").json["data"][0]["id"]
    asked = phone.post("/v1/me/exports").json["id"]
    gone = {"identifier": dora.identifier, "password": PASSWORD}
    assert dora.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    terms = {"document": "terms", "version": "2026-11-01", "given": True}
    return {
        "GET /v1/me/trash": lambda: phone.get("/v1/me/trash"),
        "POST /v1/me/trash/{id}/restore": lambda: phone.post(f"/v1/me/trash/{kept}/restore"),
        "POST /v1/me/exports": lambda: phone.post("/v1/me/exports"),
        "GET /v1/me/exports": lambda: phone.get("/v1/me/exports"),
        "GET /v1/me/exports/{id}": lambda: phone.get(f"/v1/me/exports/{asked}"),
        "GET /v1/keys": lambda: world.nobody.get("/v1/keys"),
        "GET /v1/documents": lambda: world.nobody.get("/v1/documents"),
        "GET /v1/me/consents": lambda: phone.get("/v1/me/consents"),
        "POST /v1/me/consents": lambda: phone.post("/v1/me/consents", terms),
        "DELETE /v1/me": lambda: cleo.phone.request("DELETE", "/v1/me", {"password": PASSWORD}),
        "POST /v1/users/restore": lambda: world.nobody.post("/v1/users/restore", gone),
    }


def of_the_office(world: World, till: Till) -> dict[str, Call]:
    boss, shop, home = world.operator, world.shop, f"/v1/merchants/{world.shop.id}"
    till.send(till.message(till.top_up(key="lied-about").json["id"], "failed", amount=1))
    (case,) = (f"/v1/cases/{one['id']}" for one in boss.get("/v1/cases").json["data"])
    key, checkout = boss.post(f"{home}/keys", {"scopes": ["payments"]}).json["id"], shop.checkout(5)["id"]
    old_key = boss.post(f"{home}/keys", {"scopes": ["payments"]}).json["id"]
    assert boss.post("/v1/freezes", freeze_of(world.customer().wallet)).status == 201
    waiting = boss.get("/v1/cases").json["data"]
    (open_case, *_) = (f"/v1/cases/{one['id']}" for one in waiting if one["kind"] == "freeze")
    ana = world.customer(100)
    paid, paid_out = ana.pay(5).json["id"], paid_to(world).json["id"]
    batch = shop.till.get(f"{home}/settlements").json["data"][0]["id"]
    terms = {"name": "New", "currencies": ["CNY"], "fee_basis_points": 1}
    order = {"amount": 1, "currency": "CNY", "order_reference": "A"}
    return {
        **of_people(world),
        **away_kit_night.of_the_status(world),
        **of_the_books(world),
        **away_kit_night.of_backups(world),
        **away_kit_night.of_reviews(world),
        **away_kit_night.of_policies(world),
        **away_kit_night.of_reports(world),
        **risk_kit.calls(world),
        **away_kit_shops.of_a_server(world),
        **away_kit_shops.of_stores(world),
        **away_kit_shops.of_staff(world),
        **away_kit_shops.of_businesses(world),
        "GET /v1/audit-log": lambda: boss.get("/v1/audit-log"),
        "POST /v1/audit-log/exports": lambda: boss.post("/v1/audit-log/exports", EXPORT),
        "GET /v1/merchants/{id}/keys": lambda: boss.get(f"{home}/keys"),
        "POST /v1/merchants/{id}/keys/{key_id}/rotate": lambda: boss.post(f"{home}/keys/{old_key}/rotate", {}),
        "GET /v1/cases": lambda: boss.get("/v1/cases"),
        "GET /v1/cases/{id}": lambda: boss.get(case),
        "POST /v1/cases/{id}/take": lambda: boss.post(f"{open_case}/take"),
        "GET /v1/processors/health": lambda: boss.get("/v1/processors/health"),
        "GET /v1/reports/live": lambda: boss.get("/v1/reports/live"),
        "GET /v1/movements": lambda: boss.get(f"/v1/movements?merchant_id={shop.id}&order_reference=order-1"),
        "GET /v1/movements/{id}": lambda: boss.get(f"/v1/movements/{paid}"),
        "GET /v1/accounts/{id}": lambda: boss.get(f"/v1/accounts/{ana.wallet}"),
        "GET /v1/accounts/{id}/entries": lambda: boss.get(f"/v1/accounts/{ana.wallet}/entries"),
        "GET /v1/me/permissions": lambda: boss.get("/v1/me/permissions"),
        "POST /v1/cases/{id}/resolve": lambda: boss.post(f"{case}/resolve", {"note": "n"}),
        "POST /v1/merchants": lambda: boss.post("/v1/merchants", terms),
        "GET /v1/merchants": lambda: boss.get("/v1/merchants"),
        "GET /v1/merchants/{id}": lambda: boss.get(home),
        "POST /v1/merchants/{id}/keys": lambda: boss.post(f"{home}/keys", {"scopes": ["reports"]}),
        "DELETE /v1/merchants/{id}/keys/{key_id}": lambda: boss.delete(f"{home}/keys/{key}"),
        "GET /v1/merchants/{id}/settlements": lambda: shop.till.get(f"{home}/settlements"),
        "GET /v1/merchants/{id}/settlements/{settlement_id}": lambda: shop.till.get(f"{home}/settlements/{batch}"),
        "GET /v1/merchants/{id}/sales": lambda: shop.till.get(f"{home}/sales"),
        "GET /v1/merchants/{id}/statements/{month}": lambda: shop.till.get(f"{home}/statements/2026-11"),
        "PUT /v1/merchants/{id}/payout-terms/{currency}": lambda: payout_kit.agree(boss, world),
        "GET /v1/merchants/{id}/payout-terms/{currency}": lambda: boss.get(f"{home}/payout-terms/CNY"),
        "GET /v1/merchants/{id}/payouts": lambda: boss.get(f"{home}/payouts"),
        "GET /v1/payouts/{id}": lambda: boss.get(f"/v1/payouts/{paid_out}"),
        "POST /v1/checkouts": lambda: shop.till.post("/v1/checkouts", order),
        "POST /v1/checkouts/{id}/cancel": lambda: shop.till.post(f"/v1/checkouts/{checkout}/cancel"),
    }


def paid_to(world: World) -> Reply:
    """A payout to the shop, which has sold something."""
    agreed = payout_kit.agree(world.operator, world)
    assert agreed.status == 200, agreed.raw
    sold = world.customer(100).pay(100)
    world.deliver()
    reply = payout_kit.Payee(world, world.operator).ask()
    assert (sold.status, reply.status) == (201, 201), reply.raw
    return reply


def of_people(world: World) -> dict[str, Call]:
    boss, cat, dan, eve, fay = world.operator, *(world.customer() for _ in range(4))
    because = {"reason": "asked for it by post"}
    for person in (cat, dan):
        enrolled(person.phone, PASSWORD)
    boss.post("/v1/operators", {"person_id": dan.id, "role": "support"} | because)
    for person in (cat, eve):
        assert boss.post("/v1/freezes", freeze_of(person.wallet)).status == 201
    return {
        "POST /v1/people/searches": lambda: boss.post("/v1/people/searches", {"identifier": cat.identifier}),
        "GET /v1/people/{id}": lambda: boss.get(f"/v1/people/{cat.id}"),
        "POST /v1/people/{id}/reveals": lambda: boss.post(
            f"/v1/people/{cat.id}/reveals", {"field": "identifier"} | because
        ),
        "POST /v1/people/{id}/sessions/end": lambda: boss.post(f"/v1/people/{cat.id}/sessions/end", because),
        "GET /v1/colleagues": lambda: boss.get("/v1/colleagues"),
        "GET /v1/operators": lambda: boss.get("/v1/operators"),
        "POST /v1/operators": lambda: boss.post("/v1/operators", {"person_id": cat.id, "role": "support"} | because),
        "PATCH /v1/operators/{id}": lambda: boss.patch(f"/v1/operators/{dan.id}", {"role": "risk"} | because),
        "POST /v1/freezes": lambda: boss.post("/v1/freezes", freeze_of(fay.wallet)),
        "GET /v1/freezes/{wallet_id}": lambda: boss.get(f"/v1/freezes/{cat.wallet}"),
        "POST /v1/freezes/{wallet_id}/keep": lambda: boss.post(
            f"/v1/freezes/{cat.wallet}/keep", {"note": "asked for it by post"}
        ),
        "POST /v1/freezes/{wallet_id}/lift": lambda: boss.post(
            f"/v1/freezes/{eve.wallet}/lift", {"note": "asked for it by post"}
        ),
    }


def of_the_books(world: World) -> dict[str, Call]:
    boss, ana, day = world.operator, world.customer(), "2026-11-21"
    content = {"sha256": hashlib.sha256(b"a\n").hexdigest(), "bytes": 2, "content": "YQo="}
    statement = {"side": "processor", "name": "sandbox", "form": "csv", "day": day} | content
    wish = BODIES["POST /v1/adjustments"] | {"account": ana.wallet, "case_id": None}
    first, second = (boss.post("/v1/adjustments", wish, idempotency_key=key).json["id"] for key in ("a", "b"))
    assert boss.post("/v1/reconciliations", {"day": day}).status == 202
    books = "/v1/reconciliations"
    return {
        "POST /v1/reconciliations/statements": lambda: boss.post(f"{books}/statements", statement),
        "GET /v1/reconciliations/statements": lambda: boss.get(f"{books}/statements?day={day}"),
        "POST /v1/reconciliations": lambda: boss.post(books, {"day": day}),
        "GET /v1/reconciliations": lambda: boss.get(books),
        "GET /v1/reconciliations/{day}": lambda: boss.get(f"{books}/{day}"),
        "GET /v1/reconciliations/{day}/differences": lambda: boss.get(f"{books}/{day}/differences"),
        "GET /v1/adjustments": lambda: boss.get("/v1/adjustments"),
        "GET /v1/adjustments/{id}": lambda: boss.get(f"/v1/adjustments/{first}"),
        "POST /v1/adjustments/{id}/decline": lambda: boss.post(f"/v1/adjustments/{second}/decline", {"note": "no"}),
    }


def freeze_of(wallet: str) -> dict[str, str]:
    return {"wallet_id": wallet, "reason": "legal_order", "note": "asked for it by post"}


EXPORT = {"from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z", "format": "csv"}
