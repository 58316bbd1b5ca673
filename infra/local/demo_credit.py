"""A plan of instalments through its life, under a clock that runs ahead: `make demo ACT=credit`.

The purchase is made today, over HTTP. What follows is months away, so from then on the API is asked in this process, on
the functions' own tables, with a clock that is ahead; the sweep's part is called for each day. Nothing else in the
local cloud moves. Every figure is known beforehand: it is worked out here, from the quote alone.
"""

from __future__ import annotations

import io
import logging
import uuid
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chalicelib.credit import collecting
from chalicelib.kernel import clock, money
from chalicelib.ledger import chart
from infra.local import demo_backup, history, inside, past, people
from infra.local.client import Client, new_key
from infra.local.history import Bank
from infra.local.narration import Narrator, Wrong
from infra.local.past import Past
from infra.local.people import Person

CURRENCY = "CNY"
TOPUP, BICYCLE, LOAN, LATER = 300_000, 12_000, 5_000, 50_000
KEPT = 1_000
"""What is left in the wallet when the second instalment is due: too little."""
LATE_DAYS, EARLY, BACK = 4, 2_000, 1_500
PLAN = "six"
_WIDTH = 30
_PICTURE = b"\xff\xd8\xff" + b"\0" * 97
_WITHIN_SECONDS = 90.0


@dataclass
class Months:
    """`ahead`: how far the clock has run. `owed`, `wallet`: what must be so, counted here."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    ahead: timedelta = timedelta(0)
    quote: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    wallet: int = 0

    def __post_init__(self) -> None:
        inside.enter()
        logging.disable(logging.CRITICAL)
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        name, language = self.narrator.words("credit.customer"), self.narrator.language
        self.person = Person(f"cyclist-{self.run}@coffer.example", f"cyclist of {self.run}", name, language)
        self.phone = self.anybody.bearing(people.sign_up(self.anybody, self.person)["access_token"])
        self.account = people.wallets(self.phone)[0]
        self.id = str(self.phone.get("/v1/me").expect(200)["id"])
        self.shop = self.local["people"]["merchants"][0]
        self.bank = Bank(self.local["bank"], self.local["webhook_secrets"]["sandbox"])

    def later(self, days: float) -> None:
        """So many days pass, and the sweep looks at this account on each of them."""
        end = self.ahead + timedelta(days=days)
        while self.ahead < end:
            self.ahead = min(end, self.ahead + timedelta(days=1))
            with past.older(-self.ahead):
                collecting.collect(chart.credit_of(self.id, CURRENCY), clock.now())

    def until(self, day: str) -> None:
        self.later((date.fromisoformat(day) - self.today).days)

    @property
    def today(self) -> date:
        return (clock.now() + self.ahead).date()

    @property
    def me(self) -> Past:
        """Their phone on that day."""
        then = Past(self.local["api"], "", self.narrator.language, -self.ahead)
        return then.bearing((people.sign_in(then, self.person) or {})["access_token"])

    def seen(self) -> dict[str, Any]:
        self.plan = self.me.get(f"/v1/instalment-plans/{self.plan['id']}").expect(200)
        return self.plan

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def check(self, owed: int) -> None:
        """The wallet, the plan and the account of what was lent say the same."""
        me = self.me
        self.must("balance", me.get(f"/v1/wallets/{self.account['id']}").expect(200)["available"], self.wallet)
        self.must("owed", (self.seen()["owed"], me.get("/v1/credit-line").expect(200)["used"]), (owed, owed))

    def notices(self, kind: str) -> int:
        found = self.me.get("/v1/me/notices?limit=100").expect(200)["data"]
        return sum(one["kind"] == kind for one in found)

    def repay(self, **wish: int) -> dict[str, Any]:
        path = f"/v1/instalment-plans/{self.plan['id']}/repayments"
        done: dict[str, Any] = self.me.insist(path, wish, key=new_key()).expect(201)
        self.wallet -= done["amount"]
        return done


def hand_in(months: Months) -> None:
    """What to add, and what it unlocks; a line is refused until then."""
    with months.narrator.step("credit.documents") as facts:
        refused = months.phone.post("/v1/credit-line", {})
        months.must("refused", (refused.code, refused.json.get("reason")), ("credit-unavailable", "tier"))
        for tier, kind in enumerate(("identity-document", "proof-of-address"), 1):
            _hand_in(months, kind)
            _verified(months, tier)
        facts.update(tier=2)


def ask(months: Months) -> None:
    """Nobody has a line who did not ask; a top-up says something for them."""
    with months.narrator.step("credit.line") as facts:
        people.top_up(months.phone, months.account, TOPUP, new_key())
        months.wallet = TOPUP
        months.phone = months.anybody.bearing((people.sign_in(months.anybody, months.person) or {})["access_token"])
        line = months.phone.post("/v1/credit-line", {}).expect(200)
        months.must("limit", line["limit"], TOPUP * 2 * line["score"]["points"] // 6_000 // 100 * 100)
        facts.update(points=line["score"]["points"], limit=_shown(line["limit"]))
    for one in line["score"]["factors"]:
        bar = "█" * (one["points"] * _WIDTH // 300) if one["points"] > 0 else "·"
        name = months.narrator.words(f"credit.factor.{one['code']}")
        months.narrator.line(f"      {bar:<{_WIDTH}} {one['points']:>4} / {one['most']:<3} {name}")


def compare(months: Months) -> None:
    """Every plan with all that it costs, before anybody agrees; then the whole schedule of one."""
    with months.narrator.step("credit.quotes") as facts:
        wish = {"kind": "purchase", "amount": BICYCLE, "currency": CURRENCY}
        found = {
            plan: months.phone.post("/v1/instalment-quotes", wish | {"plan": plan}).expect(201)
            for plan in ("four", "three", "six", "twelve")
        }
        months.quote = found[PLAN]["quote"] | {"hash": found[PLAN]["hash"]}
        facts.update(amount=_shown(BICYCLE), text=found[PLAN]["texts"][0])
    for one in found.values():
        told = one["quote"]
        rate = f"{told['annual_rate_basis_points'] / 100:.2f} %"
        parts = f"{len(told['instalments'])} × {_shown(told['instalments'][0]['amount'])}"
        months.narrator.line(f"      {parts:<16} {_shown(told['total']):>10}   {rate}")


def agree(months: Months) -> None:
    """To what was seen, by its hash; the shop has all of it at once, the wallet paid nothing."""
    with months.narrator.step("credit.agree") as facts:
        what = {"merchant_id": months.shop["id"], "amount": BICYCLE, "currency": CURRENCY}
        part = {"quote_id": months.quote["id"], "quote_hash": months.quote["hash"]}
        wish = {"wallet_id": months.account["id"], "order_reference": f"bicycle-{months.run}"} | what
        unseen = months.phone.post("/v1/instalment-plans", wish | part | {"quote_hash": "0" * 64}, key=new_key())
        months.must("refused", unseen.code, "invalid-request")
        key = new_key()
        told = [months.phone.insist("/v1/instalment-plans", wish | part, key=key).expect(201) for _ in range(2)]
        months.must("same", told[0], told[1])
        months.plan = told[0]
        months.check(BICYCLE)
        facts.update(amount=_shown(BICYCLE), count=len(months.plan["instalments"]), first=months.plan["next_due_on"])
    for one in months.plan["instalments"]:
        principal, interest = _shown(one["principal"]), _shown(one["interest"])
        months.narrator.line(f"      {one['due_on']}   {_shown(one['amount']):>9} = {principal} + {interest}")


def collect(months: Months) -> None:
    """Three days before they are told, on the day it is taken."""
    with months.narrator.step("credit.collect") as facts:
        first = months.plan["instalments"][0]
        months.until(first["due_on"])
        months.must("told", months.notices("instalment_soon"), 1)
        months.wallet -= first["amount"]
        months.check(BICYCLE - first["principal"])
        facts.update(day=first["due_on"], amount=_shown(first["amount"]), owed=_shown(months.plan["owed"]))


def miss(months: Months) -> None:
    """What is there is taken; the rest is tried every day; the fee comes once, within the area's cap."""
    with months.narrator.step("credit.miss") as facts:
        months.later(1)
        me, spare = months.me, months.wallet - KEPT
        rent = {"wallet_id": months.account["id"], "merchant_id": months.shop["id"], "currency": CURRENCY}
        rent |= {"order_reference": f"rent-{months.run}", "confirm_duplicate": True}
        while spare:
            part = min(spare, 90_000)
            me.insist("/v1/payments", rent | {"amount": part}, key=new_key()).expect(201)
            spare -= part
        months.wallet = KEPT
        second = months.plan["instalments"][1]
        months.until(second["due_on"])
        months.wallet = 0
        owed = BICYCLE - months.plan["instalments"][0]["principal"] - (KEPT - second["interest"])
        months.check(owed)
        months.must("status", months.plan["status"], "active")
        months.later(LATE_DAYS)
        fee = (second["amount"] - KEPT) * 500 // 10_000
        months.check(owed)
        months.must("fee", (months.plan["status"], months.plan["late_fees"]), ("overdue", fee))
        months.must("told", (months.notices("instalment_missed"), months.notices("instalment_late_fee")), (1, 1))
        facts.update(taken=_shown(KEPT), missing=_shown(second["amount"] - KEPT), fee=_shown(fee), days=LATE_DAYS)


def catch_up(months: Months) -> None:
    """The day after money came, everything that was missing is taken."""
    with months.narrator.step("credit.caught") as facts:
        with redirect_stdout(io.StringIO()):  # the functions' own metrics
            history.top_up(months.me, months.bank, months.account, LATER, new_key())
        due = months.plan["due"]
        months.wallet = LATER
        months.later(1)
        months.wallet -= due
        first, second = months.plan["instalments"][:2]
        months.check(BICYCLE - first["principal"] - second["principal"])
        months.must("status", months.plan["status"], "active")
        facts.update(amount=_shown(due))


def pause(months: Months) -> None:
    """A month without, because they ask: nothing is due, and nothing grows."""
    with months.narrator.step("credit.pause") as facts:
        before = months.seen()
        path = f"/v1/instalment-plans/{months.plan['id']}/pause"
        after = months.me.post(path, {"months": 1}).expect(200)
        amounts = [[one["amount"] for one in seen["instalments"]] for seen in (after, before)]
        months.must("same", *amounts)
        months.later(30)
        months.check(before["owed"])
        facts.update(day=before["next_due_on"], later=after["next_due_on"])


def repay_early(months: Months) -> None:
    """Interest up to the day, the rest principal; then every instalment is smaller."""
    with months.narrator.step("credit.early") as facts:
        before = months.seen()
        done = months.repay(amount=EARLY)
        months.check(before["owed"] - done["principal"])
        months.must("amount", done["principal"] + done["interest"] + done["fees"], EARLY)
        smaller, larger = _shown(months.plan["next_amount"]), _shown(before["next_amount"])
        facts.update(amount=_shown(EARLY), before=larger, after=smaller)


def give_back(months: Months) -> None:
    """The shop takes a part back: the plan is what it repays."""
    with months.narrator.step("credit.refund") as facts:
        before = months.seen()
        till = Past(months.local["api"], "", months.narrator.language, -months.ahead).bearing(months.shop["api_key"])
        path = f"/v1/payments/{months.plan['payment_id']}/refunds"
        back = till.insist(path, {"amount": BACK}, key=new_key()).expect(201)
        months.must("amount", months.me.get(f"/v1/refunds/{back['id']}").expect(200)["repaid"], BACK)
        months.seen()
        months.check(months.plan["owed"])
        months.must("less", before["owed"] - BACK <= months.plan["owed"] < before["owed"], True)
        facts.update(amount=_shown(BACK), owed=_shown(months.plan["owed"]))


def settle(months: Months) -> None:
    """All that is left, today: what has not come up is spared."""
    with months.narrator.step("credit.settle") as facts:
        before = months.seen()
        done = months.repay()
        months.must("amount", done["amount"], before["payoff"])
        months.check(0)
        months.must("status", months.plan["status"], "repaid")
        facts.update(amount=_shown(done["amount"]), spared=_shown(before["spared"]))


def regret(months: Months) -> None:
    """A loan that is given back within two weeks cost nothing."""
    with months.narrator.step("credit.regret") as facts:
        wish = {"kind": "cash", "plan": "three", "amount": LOAN, "currency": CURRENCY}
        me = months.me
        told = me.post("/v1/instalment-quotes", wish).expect(201)
        part = {"quote_id": told["quote"]["id"], "quote_hash": told["hash"], "wallet_id": months.account["id"]}
        months.plan = me.insist("/v1/instalment-plans", part, key=new_key()).expect(201)
        months.wallet += LOAN
        months.check(LOAN)
        months.later(10)
        done = months.me.insist(f"/v1/instalment-plans/{months.plan['id']}/withdrawal", {}, key=new_key()).expect(201)
        months.wallet -= LOAN
        months.must("amount", (done["amount"], done["interest"], done["fees"]), (LOAN, 0, 0))
        months.check(0)
        rate = f"{told['quote']['annual_rate_basis_points'] / 100:.2f} %"
        facts.update(amount=_shown(LOAN), rate=rate, days=10, spared=_shown(told["quote"]["total"] - LOAN))


def prove_the_books(months: Months) -> None:
    with months.narrator.step("credit.books") as facts:
        books = months.anybody.get("/_local/books").expect(200)
        months.must("balanced", books["balanced"], True)
        facts.update(entries=books["entries"], until=months.today.isoformat())


def _hand_in(months: Months, kind: str) -> None:
    """With a picture, as a phone does it. The sandbox's provider verifies what ends with 00."""
    about = {"kind": kind, "country": "CN", "number": f"E{int(months.run, 16) % 10**6:06}00"}
    about |= {"full_name": f"Rider {months.run}", "born_on": "1990-05-01"}
    about |= {"expires_on": "2040-01-01"} if kind == "identity-document" else {}
    wish = about | {"images": [{"type": "image/jpeg", "bytes": len(_PICTURE)}]}
    document = months.phone.post("/v1/me/verification/documents", wish).expect(201)
    (upload,) = document["uploads"]
    host, _, rest = upload["url"].partition("://")[2].partition("/")
    Client(f"http://{host}").send("PUT", f"/{rest}", _PICTURE, headers=upload["headers"]).expect(200)
    months.phone.post(f"/v1/me/verification/documents/{document['id']}/submit").expect(200)


def _verified(months: Months, tier: int) -> None:
    """The sweep asks who verifies; the tier is the wallet's from then on."""

    def look() -> int | None:
        demo_backup.turn(months.local, "sweep")
        months.anybody.close()
        months.phone.close()
        known = months.phone.get("/v1/me/verification").expect(200)["tier"]
        return known if known == tier else None

    people.wait_for(look, months.narrator.words("credit.documents.now"), _WITHIN_SECONDS, 1.0)


def _shown(amount: int) -> str:
    return money.shown(amount, CURRENCY)


STEPS = (
    hand_in,
    ask,
    compare,
    agree,
    collect,
    miss,
    catch_up,
    pause,
    repay_early,
    give_back,
    settle,
    regret,
    prove_the_books,
)
