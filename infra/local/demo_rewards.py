"""Points and a bonus, earned, spent, given back and told of near their end: `make demo ACT=rewards`.

One programme serves every run, since nothing that it promises changes; the customer is new each time, so that every
figure is known beforehand. Ten points pay ¥1.00; each ¥1.00 that leaves the wallet earns one, and two this week.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock, money
from chalicelib.ledger import chart
from infra.local import demo_backup, people, places, seed, stack
from infra.local.client import Client, new_key
from infra.local.narration import Narrator, Wrong
from infra.local.people import Person

CURRENCY = "CNY"
TOPUP, BONUS, SHARE, BONUSES = 10_000, 2_000, 50, 50
WORTH, TIMES = {"points": 10, "amount": 100}, 2
DINNER, TEA, LUNCH, CAKE = 3_000, 4_000, 2_500, 1_200
HELPED, COUPON, PRICE, SPENT = 1_500, 500, 50, 50
"""The bonus's part of dinner, the coupon's of lunch; the points that the coupon takes, and those that pay for cake."""
_WITHIN_SECONDS = 90.0


@dataclass
class Month:
    """Who takes part; `wallet`, `bonus` and `points` are what the customer must have, counted here."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    programme: dict[str, Any] = field(default_factory=dict)
    template: str = ""
    offer: dict[str, Any] = field(default_factory=dict)
    paid: dict[str, dict[str, Any]] = field(default_factory=dict)
    wallet: int = 0
    bonus: int = 0
    points: int = 0

    def __post_init__(self) -> None:
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        self.operator = self.anybody.bearing((seed.operator(self.anybody) or {})["access_token"])
        name, language = self.narrator.words("rewards.customer"), self.narrator.language
        person = Person(f"regular-{self.run}@coffer.example", f"regular of {self.run}", name, language)
        self.phone = self.anybody.bearing(people.sign_up(self.anybody, person)["access_token"])
        self.account = people.wallets(self.phone)[0]["id"]
        self.shop = self.local["people"]["merchants"][0]
        self.till = Client(self.local["api"], self.shop["api_key"], self.narrator.language)

    def wake(self) -> None:
        """On new connections: the front door closes those that were silent for a minute."""
        for one in (self.anybody, self.operator, self.phone, self.till):
            one.close()

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def pay(self, what: str, amount: int, **help_: Any) -> dict[str, Any]:
        order = {"wallet_id": self.account, "merchant_id": self.shop["id"], "amount": amount, "currency": CURRENCY}
        order |= {"order_reference": f"{what}-{self.run}"} | help_
        self.paid[what] = self.phone.insist("/v1/payments", order, key=new_key()).expect(201)
        return self.paid[what]

    def refund(self, what: str) -> dict[str, Any]:
        """All of it."""
        path = f"/v1/payments/{self.paid[what]['id']}/refunds"
        back: dict[str, Any] = self.till.insist(path, {"amount": self.paid[what]["amount"]}, key=new_key()).expect(201)
        return back

    def mine(self) -> dict[str, Any]:
        """The programme as the customer sees it."""
        found = self.phone.get("/v1/points").expect(200)["data"]
        return dict(next(one for one in found if one["programme_id"] == self.programme["id"]))

    def check(self) -> None:
        """Wallet and bonus at once; the points as soon as the ledger's stream has been heard."""
        available = self.phone.get(f"/v1/wallets/{self.account}").expect(200)["available"]
        bonus = sum(one["available"] for one in self.phone.get("/v1/bonuses").expect(200)["data"])
        self.must("balance", available, self.wallet)
        self.must("bonus", bonus, self.bonus)
        look = lambda: self.mine() if self.mine()["balance"] == self.points else None  # noqa: E731
        try:
            people.wait_for(look, self.narrator.words("what.points"), _WITHIN_SECONDS)
        except people.TooLate:
            self.must("points", self.mine()["balance"], self.points)


def open_it(month: Month) -> None:
    """A programme, or an earlier run's; double points this week; a coupon for points; a bonus with a budget."""
    with month.narrator.step("rewards.open") as facts:
        month.programme = _programme(month)
        path = f"/v1/points-programmes/{month.programme['id']}"
        month.template = month.operator.post("/v1/coupon-templates", _template()).expect(201)["id"]
        for one in month.programme["rewards"]:
            month.operator.post(f"{path}/rewards/{one['template_id']}/end", {}).expect(200)
        month.operator.post(f"{path}/rewards", {"template_id": month.template, "points": PRICE}).expect(201)
        month.offer = month.operator.post("/v1/topup-bonuses", _offer()).expect(201)
        facts.update(points=WORTH["points"], worth=_shown(WORTH["amount"]), times=TIMES)
        facts.update(bonus=_shown(BONUS), topup=_shown(TOPUP), budget=BONUSES)


def top_up(month: Month) -> None:
    """The rules are read before; the bonus is there with the money."""
    with month.narrator.step("rewards.topup") as facts:
        offers = month.phone.get("/v1/bonus-offers?limit=100").expect(200)["data"]
        rules = next(one["rules"] for one in offers if one["id"] == month.offer["id"])
        wish = {"wallet_id": month.account, "amount": TOPUP, "currency": CURRENCY, "processor": "sandbox"}
        begun = month.phone.insist("/v1/topups", wish | {"bonus_id": month.offer["id"]}, key=new_key()).expect(201)
        people.arrived(month.phone, begun["id"])
        month.wallet, month.bonus = TOPUP, BONUS
        month.check()
        facts.update(rule=rules[0], topup=_shown(TOPUP), bonus=_shown(BONUS))


def pay_with_the_bonus(month: Month) -> None:
    """Half of it at most; more is refused, and nothing moves. What left the wallet earns points."""
    with month.narrator.step("rewards.bonus") as facts:
        order = {"wallet_id": month.account, "merchant_id": month.shop["id"], "amount": DINNER, "currency": CURRENCY}
        greedy = order | {"order_reference": f"greedy-{month.run}", "bonus": HELPED + 1}
        month.must("refused", month.phone.insist("/v1/payments", greedy, key=new_key()).code, "bonus-beyond")
        paid = month.pay("dinner", DINNER, bonus=HELPED)
        month.must("discount", paid["discount"], HELPED)
        month.wallet, month.bonus = month.wallet - DINNER + HELPED, month.bonus - HELPED
        month.points += _earned(DINNER - HELPED)
        month.check()
        facts.update(amount=_shown(DINNER), bonus=_shown(HELPED), share=SHARE, points=month.points)


def earn(month: Month) -> None:
    with month.narrator.step("rewards.earn") as facts:
        month.pay("tea", TEA)
        month.wallet, month.points = month.wallet - TEA, month.points + _earned(TEA)
        month.check()
        facts.update(amount=_shown(TEA), earned=_earned(TEA), points=month.points)


def redeem(month: Month) -> None:
    """The coupon and the points that it takes in one transaction; asked again with the same key, still one."""
    with month.narrator.step("rewards.redeem") as facts:
        wish, key = {"programme_id": month.programme["id"], "template_id": month.template}, new_key()
        told = [month.phone.insist("/v1/points/redemptions", wish, key=key).expect(201) for _ in range(2)]
        month.must("same", told[0], told[1])
        month.points -= PRICE
        month.check()
        paid = month.pay("lunch", LUNCH, coupon_id=told[0]["coupon_id"])
        month.must("discount", paid["discount"], COUPON)
        month.wallet, month.points = month.wallet - LUNCH + COUPON, month.points + _earned(LUNCH - COUPON)
        month.check()
        facts.update(price=PRICE, coupon=_shown(COUPON), amount=_shown(LUNCH), paid=_shown(LUNCH - COUPON))


def pay_with_points(month: Month) -> None:
    with month.narrator.step("rewards.points") as facts:
        pays = SPENT * WORTH["amount"] // WORTH["points"]
        paid = month.pay("cake", CAKE, points={"programme_id": month.programme["id"], "points": SPENT})
        month.must("discount", (paid["discount"], paid["points_used"]), (pays, SPENT))
        month.wallet, month.points = month.wallet - CAKE + pays, month.points - SPENT + _earned(CAKE - pays)
        month.check()
        facts.update(points=SPENT, pays=_shown(pays), amount=_shown(CAKE), left=month.points)


def give_back(month: Month) -> None:
    """To the wallet what left it, to the bonus and the points what paid; and what the purchases earned is gone."""
    with month.narrator.step("rewards.refund") as facts:
        pays = SPENT * WORTH["amount"] // WORTH["points"]
        month.must("returned", month.refund("cake").get("points"), SPENT)
        month.wallet, month.points = month.wallet + CAKE - pays, month.points + SPENT - _earned(CAKE - pays)
        month.refund("dinner")
        month.wallet, month.bonus = month.wallet + DINNER - HELPED, month.bonus + HELPED
        month.points -= _earned(DINNER - HELPED)
        month.must("bonus", month.bonus, BONUS)
        month.check()
        facts.update(wallet=_shown(month.wallet), bonus=_shown(month.bonus), points=month.points)


def tell_of_the_end(month: Month) -> None:
    """In the tables these points end in thirty days: nobody waits for months here."""

    def look() -> dict[str, Any] | None:
        demo_backup.turn(month.local, "sweep")
        month.wake()
        found = month.phone.get("/v1/me/notices?limit=100").expect(200)["data"]
        return next((one for one in found if one["kind"] == "reminder_points"), None)

    with month.narrator.step("rewards.ends") as facts:
        _age(month)
        told = people.wait_for(look, month.narrator.words("rewards.ends.now"), _WITHIN_SECONDS, 1.0)
        month.check()
        month.must("points", str(month.points) in told["title"], True)
        facts.update(title=told["title"])


def close(month: Month) -> None:
    """No top-up brings it any more; one of its budget is used, and what people have stays good."""
    with month.narrator.step("rewards.stop") as facts:
        path = f"/v1/topup-bonuses/{month.offer['id']}"
        month.operator.post(f"{path}/stop", {}).expect(200)
        left = month.operator.get(path).expect(200)["left"]
        month.must("left", (left["count"], left["sum"]), (BONUSES - 1, (BONUSES - 1) * BONUS))
        facts.update(left=left["count"], of=BONUSES, sum=_shown(left["sum"]))


def prove_the_books(month: Month) -> None:
    with month.narrator.step("rewards.books") as facts:
        books = month.anybody.get("/_local/books").expect(200)
        month.must("balanced", books["balanced"], True)
        facts.update(entries=books["entries"])


def _programme(month: Month) -> dict[str, Any]:
    """With its two rules; the campaign anew once it is over."""
    every, words = "/v1/points-programmes", _words("rewards.programme")
    known = month.operator.get(f"{every}?limit=100").expect(200)["data"]
    found = next((one for one in known if one["name"] == words and one["status"] == "open"), None)
    if found is None:
        wish = {"name": words, "terms": _words("rewards.programme.terms"), "currency": CURRENCY, "worth": WORTH}
        wish |= {"least_points": WORTH["points"], "expire_after_months": 12}
        found = month.operator.post(every, wish).expect(201)
        found = _rule(month, found, _words("rewards.rule"))
    now = clock.written(clock.now())
    if not any(one["times"] == TIMES and one["ends_at"] > now and not one["ended_at"] for one in found["rules"]):
        ends = clock.written(clock.now() + timedelta(days=7))
        found = _rule(month, found, _words("rewards.campaign"), times=TIMES, ends_at=ends)
    return found


def _rule(month: Month, programme: dict[str, Any], name: dict[str, str], **more: Any) -> dict[str, Any]:
    wish = {"kind": "payment", "points": 1, "per_amount": 100, "name": name} | more
    path = f"/v1/points-programmes/{programme['id']}/rules"
    made: dict[str, Any] = month.operator.post(path, wish).expect(201)
    return made


def _template() -> dict[str, Any]:
    about = {"name": _words("rewards.coupon"), "terms": _words("rewards.coupon.terms"), "currency": CURRENCY}
    return about | {
        "amount_off": COUPON,
        "minimum_spend": 1_000,
        "valid_days": 30,
        "budget_count": 100,
        "budget_sum": 50_000,
    }


def _offer() -> dict[str, Any]:
    about = {"name": _words("rewards.offer"), "terms": _words("rewards.offer.terms"), "currency": CURRENCY}
    gift = {"least_topup": TOPUP, "bonus_amount": BONUS, "most_share_percent": SHARE, "valid_days": 30}
    return about | gift | {"budget_count": BONUSES, "budget_sum": BONUSES * BONUS, "once_per_person": True}


def _words(key: str) -> dict[str, str]:
    return {tongue: Narrator(tongue).words(key) for tongue in ("en", "zh")}


def _age(month: Month) -> None:
    me = month.phone.get("/v1/me").expect(200)["id"]
    now = clock.now()
    until = (now + timedelta(days=30)).date().isoformat()
    lots = [{"L": [{"S": until}, {"N": str(month.points)}]}]
    stack.client("dynamodb", month.local["aws"]["endpoint"]).update_item(
        TableName=f"{places.STACK}-ledger",
        Key={"pk": {"S": chart.points_of(me, month.programme["id"])}, "sk": {"S": "POINTS"}},
        UpdateExpression="SET lots = :lots, due_at = :now",
        ExpressionAttributeValues={":lots": {"L": lots}, ":now": {"S": clock.written(now)}},
        ConditionExpression="attribute_exists(pk)",
    )


def _earned(amount: int) -> int:
    return amount * TIMES // 100


def _shown(amount: int) -> str:
    return money.shown(amount, CURRENCY)


STEPS = (
    open_it,
    top_up,
    pay_with_the_bonus,
    earn,
    redeem,
    pay_with_points,
    give_back,
    tell_of_the_end,
    close,
    prove_the_books,
)
