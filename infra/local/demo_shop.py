"""A day of a shop, from onboarding to payout, a step at a time: `make demo ACT=shop`.

Everybody calls through the generated client library. What the day must come to is counted here, beside the books.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import money
from infra.local import people, seed
from infra.local.client import Client, Unexpected, new_key
from infra.local.generated import Caller
from infra.local.narration import Narrator, Wrong
from infra.local.people import Person

CURRENCY, BASIS_POINTS, FLOOR = "CNY", 60, -50_000
PIN = "493827"
SETTLED_WITHIN_SECONDS, PAID_OUT_WITHIN_SECONDS = 90.0, 60.0
BANK_ACCOUNT = "CN4400000000001234567890"
WHY = "Agreed with the owner on opening day"
TEA, POT, CAKE, ROOM, ROOM_USED, LOST, UNWANTED, BACK = 1_800, 3_600, 4_250, 20_000, 16_500, 2_150, 2_700, 900
TABLE, HER_PART = 4_800, 2_000
CARD, BONUS, BY_CARD = 10_000, 1_000, 3_000
VERIFIED_WITHIN_SECONDS = 120.0


@dataclass
class Day:
    """Who takes part, and what the shop sold and gave back: a line each, in minor units."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    sold: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    shop: Any = None
    store: Any = None
    callers: dict[str, Caller] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    wallets: dict[str, str] = field(default_factory=dict)
    cashier: Any = None
    till: Caller | None = None
    office: Caller | None = None
    pot: Any = None

    def __post_init__(self) -> None:
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        tokens = seed.operator(self.anybody) or {}
        self.operator = self.caller(tokens.get("access_token", ""))

    def caller(self, token: str) -> Caller:
        return Caller(self.local["api"], token, self.narrator.language)

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def join(self, who: str) -> Caller:
        """Somebody with an account of their own, signed in."""
        name, language = self.narrator.words(f"shop.person.{who}"), self.narrator.language
        person = Person(f"{who}-{self.run}@coffer.example", f"{who} keeps shop {self.run}", name, language)
        tokens = people.sign_up(self.anybody, person)
        self.persons[who], self.callers[who] = person, self.caller(tokens["access_token"])
        return self.callers[who]

    def order(self, reference: str) -> str:
        return f"{reference}-{self.run}"

    def held(self, who: str) -> Any:
        return self.callers[who]("ledger_wallet", self.wallets[who])

    @property
    def gross(self) -> int:
        return sum(self.sold) - sum(self.returned)

    @property
    def fees(self) -> int:
        """Of each sale, half up; a refund keeps none."""
        return sum((amount * BASIS_POINTS + 5_000) // 10_000 for amount in self.sold)


def take_the_shop_on(day: Day) -> None:
    name = day.narrator.words("shop.name")
    with day.narrator.step("shop.join") as facts:
        terms = {"currencies": [CURRENCY], "fee_basis_points": BASIS_POINTS, "floor": FLOOR}
        day.shop = day.operator("merchants_office_join", name=name, **terms, business=_business(day, name))
        day.must("shop_status", str(day.shop.status), "pending")
        agreed = {"schedule": "on_demand", "reason": WHY, "bank_account": BANK_ACCOUNT}
        day.operator("settlement_payouts_agree", day.shop.id, CURRENCY, **agreed)
        day.store = day.operator("merchants_stores_make", day.shop.id, name=day.narrator.words("shop.store"))
        facts.update(name=name, store=day.store.name, fee=f"{BASIS_POINTS / 100:g} %", link=day.store.code_url)


def _business(day: Day, name: str) -> dict[str, Any]:
    owner = day.narrator.words("shop.person.owner")
    return {"legal_name": name, "registration_number": "913100007", "country": "CN", "representative_name": owner}


def wait_for_the_registry(day: Day) -> None:
    """Meanwhile the shop can be set up, and takes nothing."""
    with day.narrator.step("shop.verified") as facts:
        began = time.monotonic()

        def verified() -> bool:
            return str(day.operator("merchants_office_merchant", day.shop.id).status) == "active"

        _until(day, "registry", verified, VERIFIED_WITHIN_SECONDS)
        facts.update(seconds=round(time.monotonic() - began))


def bring_the_staff_in(day: Day) -> None:
    """The operator invites the owner, the owner the cashier; each accepts with the code that was sent to them."""
    with day.narrator.step("shop.staff") as facts:
        day.office = _at_the_till(day, "owner", day.operator)
        day.till = _at_the_till(day, "cashier", day.office)
        facts.update(owner=day.persons["owner"].display_name, cashier=day.persons["cashier"].display_name)


def _at_the_till(day: Day, role: str, by: Caller) -> Caller:
    me, wish = day.join(role), day.persons[role]
    stores = [day.store.id] if role == "cashier" else []
    invited = by(
        "merchants_staff_invite",
        day.shop.id,
        identifier=wish.identifier,
        role=role,
        name=wish.display_name,
        store_ids=stores,
    )
    me("merchants_staff_accept", invited.id, code=people.code_for(day.anybody, wish.identifier, day.shop.name))
    if role == "cashier":
        day.cashier = invited
    where = {"store_id": day.store.id} if stores else {}  # whoever is at one store's till sees that store alone
    begun = me("merchants_tills_begin", staff_id=invited.id, **where)
    me("identity_sessions_sign_out")
    day.must("role", str(begun.role), role)
    return day.caller(begun.token)


def let_customers_in(day: Day) -> None:
    with day.narrator.step("shop.customers") as facts:
        for who, funds in (("first", 60_000), ("second", 30_000)):
            me = day.join(who)
            wallet = me("ledger_wallets").data[0]
            day.wallets[who] = wallet.id
            wish = {"wallet_id": wallet.id, "amount": funds, "currency": CURRENCY, "processor": "sandbox"}
            _arrived(day, me, me("topups_start", **wish).id)
        facts.update(first=day.persons["first"].display_name, second=day.persons["second"].display_name)
        facts.update(funds=shown(90_000))


def _arrived(day: Day, me: Caller, topup_id: str) -> None:
    _until(day, "topup", lambda: me("topups_topup", topup_id).status == "succeeded")


def _shown_code(day: Day, who: str) -> Any:
    return day.callers[who]("payments_charges_show_code", wallet_id=day.wallets[who])


def _charge(day: Day, who: str, amount: int, reference: str, **more: Any) -> Any:
    wish = {"amount": amount, "currency": CURRENCY, "order_reference": day.order(reference)}
    return _till(day)("payments_charges_charge", code=_shown_code(day, who).code, store_id=day.store.id, **wish, **more)


def charge_a_code(day: Day) -> None:
    with day.narrator.step("shop.code") as facts:
        began = time.monotonic()
        paid = _charge(day, "first", TEA, "tea")
        day.must("status", str(paid.status), "captured")
        day.sold.append(TEA)
        facts.update(amount=shown(TEA), milliseconds=round(1_000 * (time.monotonic() - began)))


def pay_by_the_counters_code(day: Day) -> None:
    """Whoever scans it sees whose it is, and types the amount."""
    with day.narrator.step("shop.counter") as facts:
        seen = day.callers["second"]("merchants_shops_shop", day.store.code_url.rpartition("/")[2])
        day.must("shop", (seen.merchant_id, seen.name), (day.shop.id, day.store.name))
        wish = {"merchant_id": seen.merchant_id, "store_id": day.store.id, "amount": POT, "currency": CURRENCY}
        order = {"wallet_id": day.wallets["second"], "order_reference": day.order("pot")}
        day.pot = day.callers["second"]("payments_pay", **wish, **order)
        day.sold.append(POT)
        facts.update(amount=shown(POT), store=seen.name)


def pay_a_link(day: Day) -> None:
    with day.narrator.step("shop.link") as facts:
        wish = {"amount": CAKE, "currency": CURRENCY, "order_reference": day.order("cake"), "store_id": day.store.id}
        checkout = _till(day)("merchants_open_checkout", **wish)
        order = {"wallet_id": day.wallets["first"], "checkout_id": checkout.id}
        day.callers["first"]("payments_pay", **order)
        day.callers["first"]("payments_pay", **order, refused="invalid-state")
        day.must("checkout", str(_till(day)("merchants_checkout", checkout.id).status), "paid")
        day.sold.append(CAKE)
        facts.update(amount=shown(CAKE))


def leave_a_deposit(day: Day) -> None:
    """Held, and captured by what was used: the rest is free again at once."""
    with day.narrator.step("shop.deposit") as facts:
        wish = {"amount": ROOM, "currency": CURRENCY, "order_reference": day.order("room"), "capture": "manual"}
        checkout = _till(day)("merchants_open_checkout", **wish)
        order = {"wallet_id": day.wallets["first"], "checkout_id": checkout.id}
        held = day.callers["first"]("payments_pay", **order)
        day.must("status", str(held.status), "authorized")
        day.must("held", day.held("first").held, ROOM)
        _till(day)("payments_capture", held.id, amount=ROOM_USED)
        day.must("held", day.held("first").held, 0)
        day.sold.append(ROOM_USED)
        facts.update(held=shown(ROOM), used=shown(ROOM_USED), free=shown(ROOM - ROOM_USED))


def share_a_table(day: Day) -> None:
    """Nothing is taken before the table is paid whole, and nobody pays more than what is left."""
    with day.narrator.step("shop.shared") as facts:
        wish = {
            "amount": TABLE,
            "currency": CURRENCY,
            "order_reference": day.order("table"),
            "split": {"max_payers": 2},
        }
        checkout = _till(day)("merchants_open_checkout", **wish)
        parts = {who: {"wallet_id": day.wallets[who], "checkout_id": checkout.id} for who in ("first", "second")}
        first = day.callers["first"]("payments_pay", **parts["first"], amount=HER_PART)
        day.must("status", str(first.status), "authorized")
        day.callers["second"]("payments_pay", **parts["second"], amount=TABLE, refused="exceeds-what-is-left")
        day.callers["second"]("payments_pay", **parts["second"], amount=TABLE - HER_PART)
        day.must("checkout", str(_till(day)("merchants_checkout", checkout.id).status), "paid")
        day.must("status", str(day.callers["first"]("payments_payment", first.id).status), "captured")
        day.sold += [HER_PART, TABLE - HER_PART]
        facts.update(amount=shown(TABLE), first=shown(HER_PART), second=shown(TABLE - HER_PART))


def sell_a_card(day: Day) -> None:
    """Its bonus is spent first, and what is left of the customer's own money goes back when they ask."""
    with day.narrator.step("shop.card") as facts:
        plan = day.operator(
            "merchants_cards_offer",
            day.shop.id,
            name=day.narrator.words("shop.plan"),
            currency=CURRENCY,
            price=CARD,
            bonus=BONUS,
        )
        me, before = day.callers["first"], day.held("first").available
        terms = {"price": CARD, "bonus": BONUS, "fee": 0}
        card = me("payments_cards_buy", wallet_id=day.wallets["first"], plan_id=plan.id, agreed=terms)
        order = {"merchant_id": day.shop.id, "amount": BY_CARD, "currency": CURRENCY}
        order |= {"wallet_id": day.wallets["first"], "order_reference": day.order("card")}
        paid = me("payments_pay", **order, card_id=card.id)
        day.must("bonus", paid.bonus, BONUS)
        me("payments_cards_cash_out", card.id)
        day.must("balance", day.held("first").available, before - (BY_CARD - BONUS))
        day.sold.append(BY_CARD - BONUS)
        back = CARD - (BY_CARD - BONUS)
        facts.update(price=shown(CARD), bonus=shown(BONUS), paid=shown(BY_CARD), back=shown(back))


def lose_an_answer(day: Day) -> None:
    """The till hears nothing: the same key again, and it was charged once. What is not wanted any more is reversed."""
    with day.narrator.step("shop.lost") as facts:
        before, key = day.held("second").available, new_key()
        wish = {"amount": LOST, "currency": CURRENCY, "order_reference": day.order("lost"), "store_id": day.store.id}
        code = _shown_code(day, "second").code
        first = _till(day)("payments_charges_charge", code=code, **wish, key=key)
        again = _till(day)("payments_charges_charge", code=code, **wish, key=key)
        day.must("same", again.id, first.id)
        day.must("balance", day.held("second").available, before - LOST)
        day.sold.append(LOST)
        unwanted, late = new_key(), _shown_code(day, "second").code
        _till(day)("payments_charges_reverse_unanswered", key=unwanted)
        wish |= {"amount": UNWANTED, "order_reference": day.order("late")}
        _till(day)("payments_charges_charge", code=late, **wish, key=unwanted, refused="invalid-state")
        day.must("balance", day.held("second").available, before - LOST)
        facts.update(amount=shown(LOST), unwanted=shown(UNWANTED))


def give_some_back(day: Day) -> None:
    """The cashier may not, the owner may."""
    with day.narrator.step("shop.refund") as facts:
        wish = {"amount": BACK, "reason": day.narrator.words("shop.reason")}
        _till(day)("payments_refund", day.pot.id, **wish, refused="forbidden")
        before = day.held("second").available
        _office(day)("payments_refund", day.pot.id, **wish)
        day.must("balance", day.held("second").available, before + BACK)
        day.returned.append(BACK)
        facts.update(amount=shown(BACK), of=shown(POT), reason=wish["reason"])


def send_the_cashier_home(day: Day) -> None:
    with day.narrator.step("shop.revoked") as facts:
        code, before = _shown_code(day, "first").code, day.held("first").available
        _office(day)("merchants_staff_revoke", day.shop.id, day.cashier.id)
        wish = {"amount": TEA, "currency": CURRENCY, "order_reference": day.order("after")}
        _till(day)("payments_charges_charge", code=code, **wish, refused="invalid-token")
        day.must("balance", day.held("first").available, before)
        facts.update(cashier=day.persons["cashier"].display_name)


def settle(day: Day) -> None:
    """Every sale and every refund is a line of its own, with its fee."""
    lines = len(day.sold) + len(day.returned)

    def done() -> bool:
        now = _lines(day)
        day.narrator.progress(day.narrator.words("settlement.progress", done=len(now), of=lines))
        return len(now) >= lines

    with day.narrator.step("shop.settled") as facts:
        _until(day, "settlement", done, SETTLED_WITHIN_SECONDS)
        found = _lines(day)
        day.must("lines", sorted(one.amount for one in found), sorted([*day.sold, *(-one for one in day.returned)]))
        day.must("fees", sum(one.fee for one in found), day.fees)
        facts.update(lines=lines, gross=shown(day.gross), fees=shown(day.fees), net=shown(day.gross - day.fees))


def _lines(day: Day) -> list[Any]:
    return list(_office(day)("merchants_sales_listed", day.shop.id, currency=CURRENCY, limit=100).data)


def pay_out(day: Day) -> None:
    """Everything that is there, to the owner's bank: the bank's own book says the same."""
    net = day.gross - day.fees
    with day.narrator.step("shop.payout") as facts:
        asked = _office(day)("settlement_payouts_pay_out", day.shop.id, currency=CURRENCY)
        day.must("payout", asked.amount, net)

        def paid() -> bool:
            return _office(day)("settlement_payouts_payout", asked.id).status == "succeeded"

        _until(day, "payout", paid, PAID_OUT_WITHIN_SECONDS)
        found = _office(day)("settlement_payouts_payout", asked.id)
        parts = (found.carried, found.gross, found.refunds, sum(found.fees.additional_properties.values()))
        day.must("parts", parts, (0, sum(day.sold), sum(day.returned), day.fees))
        facts.update(amount=shown(net), bank=found.processor, seconds=round(day.narrator.seconds))


def compare_the_books(day: Day) -> None:
    with day.narrator.step("shop.books") as facts:
        paid = 90_000 - day.held("first").available - day.held("second").available
        day.must("paid", paid, day.gross)
        month = _office(day)("merchants_sales_statement", day.shop.id, time.strftime("%Y-%m", time.gmtime()))
        told = (month.gross, month.fees, month.paid_out, month.closing)
        day.must("statement", told, (day.gross, day.fees, day.gross - day.fees, 0))
        books = day.anybody.twin().get("/_local/books").expect(200)
        day.must("balanced", books["balanced"], True)
        facts.update(paid=shown(paid), gross=shown(day.gross), net=shown(day.gross - day.fees), fees=shown(day.fees))


def _till(day: Day) -> Caller:
    if day.till is None:
        raise Unexpected("nobody is at the till")
    return day.till


def _office(day: Day) -> Caller:
    if day.office is None:
        raise Unexpected("nobody is in the office")
    return day.office


def _until(day: Day, what: str, done: Callable[[], bool], seconds: float = people.PATIENCE_SECONDS) -> None:
    people.wait_for(lambda: done() or None, day.narrator.words(f"shop.await.{what}"), seconds)


def shown(amount: int) -> str:
    return money.shown(amount, CURRENCY)


STEPS = (
    take_the_shop_on,
    bring_the_staff_in,
    let_customers_in,
    wait_for_the_registry,
    charge_a_code,
    pay_by_the_counters_code,
    pay_a_link,
    leave_a_deposit,
    share_a_table,
    sell_a_card,
    lose_an_answer,
    give_some_back,
    send_the_cashier_home,
    settle,
    pay_out,
    compare_the_books,
)
