"""Who visits the screens: one customer for each mode and an operator, with something behind every address."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from infra.local import people, seed_present
from infra.local.client import Client, new_key
from infra.local.people import Person
from tests import alarm_kit
from tests.browser import cards, console_kit, credit_kit, kit, purse, relatives_kit, till_kit, withdrawal_kit

FRESH_SECONDS = 240
"""An access token lives ten minutes."""


@dataclass
class Member:
    """Signed in through the API; `stored` is what a browser would hold of it."""

    local: dict[str, Any]
    area: str
    mode: str = "standard"
    _tokens: dict[str, Any] = field(default_factory=dict)
    _renewed: float = 0

    @cached_property
    def person(self) -> Person:
        if self.area == "console":
            one = self.local["people"]["operators"][0]
            return Person(one["identifier"], one["password"], one["display_name"])
        number = uuid.uuid4().hex[:12]
        return Person(f"cast-{number}@test.example", f"cast of {number}", "王小明 Ann", "en", "CN")

    @property
    def tokens(self) -> dict[str, Any]:
        anybody = Client(self.local["api"])
        if not self._tokens:
            self._tokens = self._entered(anybody)
        elif time.monotonic() - self._renewed > FRESH_SECONDS:
            asked = {"refresh_token": self._tokens["refresh_token"]}
            self._tokens |= anybody.insist("/v1/sessions/refresh", asked).expect(200)
        else:
            return self._tokens
        self._renewed = time.monotonic()
        return self._tokens

    def _entered(self, anybody: Client) -> dict[str, Any]:
        if self.area == "console":
            secret = self.local["people"]["operators"][0]["totp_secret"]
            return people.sign_in(anybody, self.person, secret) or {}
        tokens = people.sign_up(anybody, self.person)
        me = anybody.bearing(tokens["access_token"])
        me.send("PATCH", "/v1/me/preferences", {"ui_mode": self.mode}).expect(200)
        people.top_up(me, people.wallets(me)[0], 50_000, key=new_key())
        return tokens

    @property
    def api(self) -> Client:
        return Client(self.local["api"]).bearing(self.tokens["access_token"])

    @property
    def shop(self) -> dict[str, Any]:
        found: dict[str, Any] = self.local["people"]["merchants"][0]
        return found

    @cached_property
    def wallet(self) -> dict[str, Any]:
        return people.wallets(self.api)[0]

    @cached_property
    def checkout(self) -> str:
        till = Client(self.local["api"], self.shop["api_key"])
        wish = {"amount": 2_850, "currency": "CNY", "order_reference": f"T-{uuid.uuid4().hex[:8]}"}
        return str(till.insist("/v1/checkouts", wish).expect(201)["id"])

    @cached_property
    def payment(self) -> dict[str, Any]:
        about = {"wallet_id": self.wallet["id"], "currency": "CNY", "merchant_id": self.shop["id"], "amount": 1_234}
        wish = about | {"order_reference": f"T-{uuid.uuid4().hex[:8]}"}
        paid: dict[str, Any] = self.api.insist("/v1/payments", wish).expect(201)
        return paid

    @cached_property
    def topup(self) -> str:
        """One that waits for somebody to confirm it."""
        wish = {"wallet_id": self.wallet["id"], "amount": 10_000, "currency": "CNY", "processor": "sandbox"}
        return str(self.api.insist("/v1/topups", wish | {"method": "manual"}).expect(201)["id"])

    @cached_property
    def withdrawal(self) -> str:
        return self.withdrawn(2_000)

    @cached_property
    def transfer(self) -> str:
        """One that waits, for somebody who is new to them."""
        found = self.api.post("/v1/payee-checks", {"identifier": self.payee.person.identifier}).expect(200)
        wish = {"payee_check": found["payee_check"], "amount": 1_500, "currency": "CNY", "note": "Tea 茶"}
        return str(self.api.insist("/v1/transfers", wish).expect(201)["id"])

    @cached_property
    def packet(self) -> str:
        """One of theirs, of which somebody has opened a share."""
        wish = {"amount": 1_000, "currency": "CNY", "split": "lucky", "shares": 2, "greeting": "Good luck 恭喜"}
        made = self.api.insist("/v1/red-packets", wish).expect(201)
        self.payee.api.insist(f"/v1/red-packets/{made['id']}/claims", {"link": made["link"]}).expect(201)
        return str(made["id"])

    @cached_property
    def bill(self) -> str:
        """One of theirs, which somebody is asked to share."""
        found = self.api.post("/v1/payee-checks", {"identifier": self.payee.person.identifier}).expect(200)
        wish = {"amount": 9_000, "currency": "CNY", "people": [{"payee_check": found["payee_check"]}], "own_share": 1}
        return str(self.api.insist("/v1/bill-splits", wish).expect(201)["id"])

    @cached_property
    def gift(self) -> str:
        """One of theirs that nobody has taken yet."""
        return str(relatives_kit.gift(self.api, message="Enjoy it 慢慢花")["id"])

    @cached_property
    def family_card(self) -> str:
        """One of theirs, with which somebody has paid."""
        withdrawal_kit.with_pin(self.local, self.person)
        payer = self.payee.person
        card = relatives_kit.held(self.local, self.person, payer, approval_above=5_000, name="Lunch 午餐")
        relatives_kit.paid(self.local, payer, card, 1_280)
        return card

    @cached_property
    def plan(self) -> str:
        """Of a loan of theirs, for which documents have proved them."""
        withdrawal_kit.with_pin(self.local, self.person)
        people.top_up(self.api, self.wallet, credit_kit.FUNDS, key=new_key())
        credit_kit.proved(self.local, self.person)
        purse.owner(self.local, self.person).post(credit_kit.LINE, {}).expect(200)
        return str(credit_kit.borrowed(self.local, self.person)["id"])

    @cached_property
    def dispute(self) -> str:
        """Of a payment of its own, which the shop has not answered yet."""
        about = {"wallet_id": self.wallet["id"], "currency": "CNY", "merchant_id": self.shop["id"], "amount": 1_250}
        wish = about | {"order_reference": f"T-{uuid.uuid4().hex[:8]}"}
        paid = self.api.insist("/v1/payments", wish).expect(201)["id"]
        wrong = {"reason": "not_received", "text": "It never came 没有收到"}
        return str(self.api.insist(f"/v1/payments/{paid}/disputes", wrong).expect(201)["id"])

    @cached_property
    def payee(self) -> Member:
        """Somebody who gets money from this one; signed up."""
        other = Member(self.local, "app")
        assert other.wallet
        return other

    @cached_property
    def card(self) -> str:
        return str(cards.bought(self.local, self.api)["id"])

    def withdrawn(self, amount: int) -> str:
        """A withdrawal that has just left."""
        wallet = self.wallet["id"]
        method = withdrawal_kit.added(self.local, withdrawal_kit.with_pin(self.local, self.person))
        withdrawal_kit.cool_off(self.local, self.person)
        wish = {"wallet_id": wallet, "amount": amount, "currency": "CNY", "funding_method_id": method}
        return str(self.api.insist("/v1/withdrawals", wish).expect(201)["id"])

    @cached_property
    def entry(self) -> str:
        """With what the screen needs to find it: wallet and month."""
        assert self.payment
        wallet = self.wallet["id"]
        found = self.api.get(f"/v1/wallets/{wallet}/entries").expect(200)["data"][0]
        return f"{found['id']}?wallet={wallet}&month={found['at'][:7]}"

    @cached_property
    def notice(self) -> str:
        found = people.wait_for(lambda: self.api.get("/v1/me/notices").expect(200)["data"] or None, "a notice")
        return str(found[0]["id"])

    @cached_property
    def approval(self) -> str:
        """Somebody guarded by this one wants to pay much."""
        number = uuid.uuid4().hex[:12]
        ward = Person(f"ward-{number}@test.example", f"ward of {number}", "王奶奶", "zh", "CN")
        guardian = {"identifier": self.person.identifier, "password": self.person.password, "display_name": "Ann"}
        seed_present.ward(Client(self.local["api"]), guardian, self.shop, {}, ward)
        look = lambda: self.api.get("/v1/me/approvals").expect(200)["data"] or None  # noqa: E731
        return str(people.wait_for(look, "an approval", seconds=kit.PATIENCE_MS / 1000)[0]["id"])

    @cached_property
    def reconciled(self) -> str:
        """A day that was asked for, whether or not it has been reconciled yet."""
        day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        self.api.post("/v1/reconciliations", {"day": day}).expect(202)
        return day

    @cached_property
    def counter(self) -> dict[str, Any]:
        """A shop of its own, with something behind every screen of its till."""
        shop = till_kit.new_shop(self.local)
        for amount in (4_200, 1_850):
            console_kit.customer_who_paid(self.local, amount, "S-", shop["id"])
        sales = f"/v1/merchants/{shop['id']}/sales"
        till = till_kit.till_client(self.local, shop)
        people.wait_for(lambda: len(till.get(sales).expect(200)["data"]) == 2 or None, "what was sold")
        return shop

    @property
    def till(self) -> Client:
        return till_kit.till_client(self.local, self.counter)

    @cached_property
    def sold(self) -> dict[str, Any]:
        found: dict[str, Any] = self.till.get(f"/v1/merchants/{self.counter['id']}/sales").expect(200)["data"][0]
        return found

    @cached_property
    def endpoint(self) -> str:
        """Told once, where nobody listens."""
        every = f"/v1/merchants/{self.counter['id']}/webhook-endpoints"
        wish = {"url": "http://127.0.0.1:9/hooks", "event_types": ["payment.captured", "refund.succeeded"]}
        made = str(self.till.insist(every, wish).expect(201)["id"])
        self.till.insist(f"{every}/{made}/test", None).expect(202)
        look = lambda: self.till.get(f"{every}/{made}/deliveries").expect(200)["data"] or None  # noqa: E731
        people.wait_for(look, "an attempt")
        return made

    @cached_property
    def deposit(self) -> str:
        checkout = {"amount": 30_000, "currency": "CNY", "order_reference": "ROOM-12", "capture": "manual"}
        made = self.till.insist("/v1/checkouts", checkout).expect(201)["id"]
        payer = self.somebody
        wish = {"wallet_id": payer.wallet["id"], "checkout_id": made}
        held = str(payer.api.insist("/v1/payments", wish).expect(201)["id"])
        people.wait_for(lambda: self.till.get("/v1/deposits").expect(200)["data"] or None, "what is held")
        return held

    @cached_property
    def worker(self) -> str:
        """Somebody at one store, signed in at a till."""
        person = kit.newcomer(self.local)
        till_kit.hired(self.local, self.counter, person, "cashier", store_ids=[self.store])
        begin = {"merchant_id": self.counter["id"], "device_name": "iPad 2"}
        return str(purse.owner(self.local, person).insist("/v1/staff-sessions", begin).expect(201)["id"])

    @cached_property
    def order(self) -> str:
        wish = {"amount": 2_850, "currency": "CNY", "order_reference": f"T-{uuid.uuid4().hex[:8]}"}
        return str(self.till.insist("/v1/checkouts", wish).expect(201)["id"])

    @cached_property
    def store(self) -> str:
        stores = f"/v1/merchants/{self.counter['id']}/stores"
        return str(till_kit.operator(self.local).insist(stores, {"name": "外滩店 Bund"}).expect(201)["id"])

    @cached_property
    def somebody(self) -> Member:
        """A customer whom an operator looks at."""
        return Member(self.local, "app")

    @cached_property
    def told(self) -> str:
        """An incident that everybody was told of, and that is over."""
        office = Member(self.local, "console").api
        words = {"en": "Top-ups were slow for some minutes.", "zh": "充值到账慢了几分钟。"}
        said = {"severity": "minor", "title": {"en": "Top-ups were slow", "zh": "充值较慢"}, "body": words}
        made = str(office.post("/v1/incidents", said).expect(201)["id"])
        over = {"state": "resolved", "cause": words, "remedy": words}
        office.send("PATCH", f"/v1/incidents/{made}", over).expect(200)
        return made

    @cached_property
    def pack(self) -> str:
        """The rules that are in force, of one area."""
        return str(self.api.get("/v1/policies").expect(200)["data"][0]["id"])

    @cached_property
    def case(self) -> str:
        return str(self.api.get("/v1/cases").expect(200)["data"][0]["id"])

    @cached_property
    def incident(self) -> str:
        """A draft: told nobody, so no banner stands above the screens of others."""
        return str(alarm_kit.drafted(self.local, self.api)["id"])

    @cached_property
    def result(self) -> dict[str, Any]:
        """What `shared/intents.js` remembers of a payment that was made."""
        paid = self.payment
        about = {"what": "payment", "amount": paid["amount"], "currency": paid["currency"]}
        return {"id": new_key(), "about": about, "outcome": {"status": 200, "body": paid}}

    def stored(self) -> dict[str, str]:
        """Of localStorage, as `shared/session.js` and the modes keep it."""
        if self.area == "till":
            return till_kit.session(self.counter)
        kept = {name: self.tokens[name] for name in ("access_token", "refresh_token", "session_id")}
        session = {f"coffer.{self.area}.session": json.dumps(kept)} | self.look()
        return session | ({"coffer.app.intents.done": json.dumps([self.result])} if self.area == "app" else {})

    def look(self) -> dict[str, str]:
        """Of whoever has not signed in."""
        return {"coffer.app.mode": json.dumps(self.mode)}


def visit_as(context: Any, stored: dict[str, str]) -> None:
    """Every page of `context` finds this in its storage, once."""
    once = "(stored) => localStorage['coffer.cast'] ?? Object.assign(localStorage, stored, { 'coffer.cast': 1 })"
    context.add_init_script(f"({once})({json.dumps(stored)})")
