"""The judge of coupons: budgets hold, everybody gets one, each pays once, and refunds give back what it paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation import judging_cards
from tests.simulation.judging_transfers import second
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model

PROMOTIONS, SETTLING = "sys:promotions:CNY", "sys:settling:CNY"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """What a coupon of it takes off: so much, or so many per cent up to so much."""

    id: str
    off: int
    per_cent: int
    least: int
    units: int
    days: int

    def discount(self, amount: int) -> int:
        return min(self.off, amount, amount * self.per_cent // 100 if self.per_cent else amount)


@dataclass
class Coupon:
    id: str
    template: Template
    owner: str
    until: float
    """In seconds since 1970."""
    payment: str = ""
    returned: int = 0
    """Of its discount, by refunds, while it is used."""
    erased: bool = False
    redemption: str = ""


@dataclass
class Coupons:
    effects: dict[str, int]
    templates: dict[str, Template] = field(default_factory=dict)
    redeemed: dict[str, Template] = field(default_factory=dict)
    """Likewise, of coupons that are had for points alone."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Template and person who wanted one of it."""
    issued: dict[str, Coupon] = field(default_factory=dict)
    left: dict[str, Counter[str]] = field(default_factory=dict)
    """Template → shard → what is left of its budget."""
    paid: dict[str, tuple[Coupon, int]] = field(default_factory=dict)
    """Payment → the coupon that helped, and by how much."""
    used: set[str] = field(default_factory=set)
    """Coupons that the entries of a commit say are used, or are free, and whose rows have not said so yet."""

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        touched: set[str] = set()
        for change in changes:
            if change.table == "test-merchants" and change.key[1] == "COUPON":
                self._row(change, changes)
            elif change.table == "test-merchants" and change.key[1] == "BUDGET":
                template, _, shard = change.key[0].partition("#")
                kept = plain(change.new or {})
                hold(min(kept["coupons"], kept["reserve"]) >= 0, "no budget goes below nothing", kept=kept)
                self.left.setdefault(template, Counter())[shard] = kept["coupons"]
                touched.add(template)
            elif change.table == "test-merchants" and change.key[1].startswith("COUPON#"):
                hold(change.key[0].startswith("usr_"), "what somebody has is listed with them", change=change)
        issued = {self.issued[one.key[0]].template.id for one in changes if one.key[1] == "COUPON" and not one.old}
        for template in (touched | issued) & self.templates.keys():
            known = self.templates[template]
            many = sum(one.template is known for one in self.issued.values())
            total = sum(self.left.get(template, Counter()).values()) + many
            hold(total == known.units, "a budget is what was issued and what is left", template=known, issued=many)
        hold(not self.used, "a coupon is used, or free again, with its payment or refund", coupons=self.used)

    def _row(self, change: Change, changes: Sequence[Change]) -> None:
        if change.new is None:
            self.issued[change.key[0]].erased = True
            return
        kept = plain(change.new)
        if change.old is None:
            self._issue(kept, changes)
        coupon = self.issued[kept["pk"]]
        self.used.discard(coupon.id)
        hold(kept["owner"] == coupon.owner, "whose a coupon is stays", kept=kept)
        hold(kept.get("payment", "") == coupon.payment, "a coupon says what it paid", kept=kept, expected=coupon)
        hold(kept["returned"] == coupon.returned, "a coupon says what came back of it", kept=kept, expected=coupon)
        state = "used" if coupon.payment else "active"
        hold(kept["state"] == state, "a coupon is used or is not", kept=kept, expected=coupon)

    def _issue(self, kept: dict[str, Any], changes: Sequence[Change]) -> None:
        if kept["template_id"] in self.redeemed:
            self._redeem(kept, self.redeemed[kept["template_id"]], changes)
            return
        template, owner = self.templates[kept["template_id"]], kept["owner"]
        hold((template.id, owner) in self.asked, "nobody gets what they did not ask for", kept=kept)
        theirs = [one for one in self.issued.values() if (one.template, one.owner) == (template, owner)]
        hold(not theirs, "everybody gets one coupon", kept=kept, has=theirs)
        until = second(kept["issued_at"]) + template.days * 86_400
        hold(second(kept["valid_until"]) == until, "a coupon is good for so many days", kept=kept)
        self.issued[kept["pk"]] = Coupon(kept["pk"], template, owner, until)
        self.effects["coupon"] += 1

    def _redeem(self, kept: dict[str, Any], template: Template, changes: Sequence[Change]) -> None:
        """Somebody who has the points for it got one."""
        (asked,) = [one.key[0] for one in changes if one.key[0].startswith("prd_")]
        until = second(kept["issued_at"]) + template.days * 86_400
        many = sum(one.template is template for one in self.issued.values())
        hold(many < template.units, "a budget holds for points too", template=template)
        self.issued[kept["pk"]] = Coupon(kept["pk"], template, kept["owner"], until, redemption=asked)
        self.effects["coupon-for-points"] += 1


def pay(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """With a coupon's help, or as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or not wish.coupon:
        return judging_cards.pay(model, entry, changes)
    coupon, wallet = model.coupons.issued[wish.coupon], model.wallets[wish.wallet]
    hold(coupon.owner == wallet.owner and not coupon.erased, "a coupon pays for its owner", coupon=coupon, wish=wish)
    hold(not coupon.payment, "a coupon pays once", coupon=coupon, wish=wish)
    hold(second(entry["sk"]) < coupon.until, "what has run out pays nothing", coupon=coupon, entry=entry)
    hold(wish.amount >= coupon.template.least, "a coupon pays what is worth it", coupon=coupon, wish=wish)
    discount = coupon.template.discount(wish.amount)
    postings = model.pay(entry, changes, discount)
    coupon.payment = wish.movement
    model.coupons.used.add(coupon.id)
    model.coupons.paid[wish.movement] = coupon, discount
    model.effects["coupon-used"] += 1
    return postings | {wallet.account: discount - wish.amount, PROMOTIONS: -discount}


def refund(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """Of what a coupon helped to pay both get their parts, to the last cent in the end; then it pays again."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or wish.payment not in model.coupons.paid:
        return judging_cards.refund(model, entry, changes)
    (coupon, discount), payment = model.coupons.paid[wish.payment], model.payments[wish.payment]
    amount = -entry["postings"][SETTLING] if wish.takes_all else wish.amount
    before, after = payment.refunded, payment.refunded + amount
    back = discount * after // payment.amount - discount * before // payment.amount
    postings = model.refund(entry, changes, back)
    if not coupon.erased:
        model.coupons.used.add(coupon.id)
        whole = after == payment.amount
        coupon.payment, coupon.returned = ("", 0) if whole else (coupon.payment, coupon.returned + back)
        model.effects["coupon-free-again" if whole else "coupon-refund"] += 1
    return postings | {PROMOTIONS: back}


KINDS = {"payment": pay, "refund": refund}
