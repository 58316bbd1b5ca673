"""The judge of the books: sees every commit as the store made it, and says whether it was allowed to be.

Each journal entry must answer a wish that somebody sent (or something that was due), once, at a moment when the rules
allowed it; what it does to balances is computed here, from the wish, and compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.simulation import paying_out, sharing_out, truth
from tests.simulation.bank import booked
from tests.simulation.charges import Charges, void
from tests.simulation.judging_bills import Bills
from tests.simulation.judging_cards import Cards, is_of_card
from tests.simulation.judging_coupons import Coupons
from tests.simulation.judging_packets import Packets
from tests.simulation.judging_transfers import Transfers
from tests.simulation.kinds import KINDS, Bonuses, Family, Gifts, Points, has_its_judge
from tests.simulation.tables import Change
from tests.simulation.truth import Line, Method, Payment, Shop, Wallet, Wish, hold
from tests.simulation.values import plain
from tests.simulation.workers import BEGINNING

Entry = dict[str, Any]
_SKEW_SECONDS = 700.0
SETTLING, FEES = "sys:settling:CNY", "sys:fees:CNY"


def seconds_of(written: str) -> float:
    return datetime.fromisoformat(written).astimezone(UTC).timestamp()


class Model:
    def __init__(self, bank: dict[str, Any]) -> None:
        self.bank = bank
        """What the banks really did: top-up, and whose it is (`bank.booked`) → its payment."""
        self.seconds, self.started = 0.0, BEGINNING.timestamp()
        self.wallets: dict[str, Wallet] = {}
        self.shops: dict[str, Shop] = {}
        self.accounts: dict[str, Shop] = {}
        self.wishes: dict[str, Wish] = {}
        self.payments: dict[str, Payment] = {}
        self.lines: dict[str, Line] = {}
        self.credited: dict[str, int] = {}
        self.credited_by: dict[str, str] = {}
        self.reversed: dict[str, int] = defaultdict(int)
        self.refused, self.done = set[str](), set[str]()
        self.checkouts: dict[str, dict[str, Any]] = {}
        self.system: dict[str, int] = defaultdict(int)
        self.effects: dict[str, int] = defaultdict(int)
        self.sent: dict[str, tuple[int, str]] = {}
        """Payouts and withdrawals that left: amount and bank."""
        self.methods: dict[str, Method] = {}
        self.came_back, self.charges, self.cards = set[str](), Charges(), Cards(self.effects)
        self.transfers, self.packets, self.points = Transfers(), Packets(), Points(self)
        self.bills, self.coupons = Bills(self.effects, self.done), Coupons(self.effects)
        self.family, self.gifts, self.bonuses = Family(self), Gifts(self), Bonuses(self)

    @property
    def now(self) -> float:
        return self.started + self.seconds

    def open_shop(self, shop: Shop) -> None:
        self.shops[shop.id] = self.accounts[shop.account] = shop

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        self.charges.commit(changes)
        entries: dict[str, list[Entry]] = {}
        for change in changes:
            if change.table == "test-journal":
                hold(change.old is None and change.new is not None, "the journal is append-only", change=change)
                entry = plain(change.new or {})
                entries.setdefault(entry["id"], []).append(entry)
            elif change.table == "test-ledger" and change.key[1] == "MOVEMENT" and change.old is None:
                self._movement(plain(change.new or {}))
            elif change.table == "test-ledger" and change.key[1] == "MOVEMENT" and change.key[0][:3] in ("pot", "wdr"):
                ended, now = plain(change.old or {})["state"], plain(change.new or {})["state"]
                hold(ended not in ("succeeded", "failed") or now == ended, "what has ended stays so", change=change)
            elif change.table == "test-ledger" and change.key[1] == "FUNDING":
                found = plain(change.new or {})
                waits = seconds_of(found["usable_at"]) - self.started - self.seconds
                truth.keep_method(self.methods, found, waits + _SKEW_SECONDS, self.seconds)
            elif change.table == "test-identity" and change.key[1] == "TOTP":
                self._authenticator(change)
            elif change.key[1].startswith("CLOSING#"):
                self._closing(plain(change.new or {}))
        for copies in entries.values():
            self._entry(copies, changes)
        for change in changes:
            if change.table == "test-ledger" and change.key[1] == "HEAD" and not has_its_judge(change.key[0]):
                self._head(change)
            elif change.table == "test-merchants" and change.key[1] == "CHECKOUT" and change.old:
                self._checkout(change)
        self.cards.commit(changes, self.seconds)
        self.bills.commit(changes, self.now)
        beside = (self.points, self.family, self.gifts, self.bonuses)
        for judge in (self.transfers, self.packets, self.coupons, *beside):
            judge.commit(changes)

    def _movement(self, movement: dict[str, Any]) -> None:
        if movement["state"] == "refused":
            hold(movement["pk"] not in self.done, "a refusal follows no success", movement=movement)
            self.refused.add(movement["pk"])

    def _authenticator(self, change: Change) -> None:
        """Only a later step takes the place of one that was used."""
        old, new = plain(change.old or {}), plain(change.new or {})
        if old and new and old["made_at"] == new["made_at"]:
            later, same_call = new["last_step"] > old["last_step"], new.get("used_by") == old.get("used_by")
            hold(later or same_call, "a step of an authenticator is used once", old=old, new=new)

    def _closing(self, closing: dict[str, Any]) -> None:
        """What a wallet held at the end of that month."""
        end, wallet = closing["sk"].removeprefix("CLOSING#"), self.wallets.get(closing["pk"])
        self.effects["closing"] += 1
        if is_of_card(closing["pk"]):
            self.cards.closing(closing)
        elif wallet:
            before = [buckets for at, buckets in wallet.moments if at <= end]
            found = tuple(closing[name] for name in ("available", "held", "debt"))
            expected = (before or [(0, 0, 0)])[-1]
            hold(found == expected, "a month closes with what there was", closing=closing, expected=expected)

    def _entry(self, copies: list[Entry], changes: Sequence[Change]) -> None:
        entry = copies[0]
        hold(all(one["postings"] == entry["postings"] for one in copies), "copies of an entry agree", copies=copies)
        hold(sum(entry["postings"].values()) == 0, "an entry sums to zero", entry=entry)
        hold(entry["id"] not in self.done, "an entry is made once", entry=entry)
        hold(entry["movement"] not in self.refused, "what was refused cannot succeed later", entry=entry)
        self.done |= {entry["id"], entry["movement"]}
        expected = _KINDS[entry["kind"]](self, entry, changes)
        found = {address: amount for address, amount in entry["postings"].items() if amount}
        wanted = {address: amount for address, amount in expected.items() if amount}
        hold(found == wanted, "postings are as they should be", entry=entry, expected=wanted)
        for address, amount in found.items():
            if address.startswith("sys:"):
                self.system[address] += amount
        self.effects[entry["kind"]] += 1
        if shop := self.shops.get(entry.get("payee", "")):
            shop.lows.append((self.seconds, shop.allowance))
        for wallet in filter(None, (self.wallets.get(one["pk"]) for one in copies)):
            wallet.lows.append((self.seconds, wallet.available))
            wallet.moments.append((entry["sk"], wallet.buckets))
            hold(min(wallet.buckets) >= 0, "nothing goes below zero", wallet=wallet)

    def _wish(self, entry: Entry, *kinds: str) -> Wish:
        wish = self.wishes.get(entry["movement"])
        hold(wish is not None and wish.kind in kinds, "nothing happens that nobody asked for", entry=entry)
        assert wish is not None
        return wish

    def pay(self, entry: Entry, changes: Sequence[Change], helped: int = 0) -> dict[str, int]:
        wish = self._wish(entry, "pay")
        wallet, at, amount = self.wallets[wish.wallet], seconds_of(entry["sk"]), wish.amount
        manual = entry["kind"] == "authorisation"
        hold(wish.manual == manual, "held or taken as asked", entry=entry)
        self.debit(wallet, wish, entry, helped)
        self.duplicates(wallet.slots, wish, at)
        self.charges.paid(wish, entry, changes)
        self.payments[wish.movement] = payment = Payment(
            wish.movement, wish.wallet, wish.shop, amount, "authorized" if manual else "captured", at
        )
        if wish.checkout:
            self._pay_checkout(wish, payment, at)
        payment.held_once = manual
        if manual:
            wallet.held += amount
            return {wallet.account: -amount, wallet.account + ":held": amount}
        payment.captured = amount
        self._line(wish.movement, wish.shop, amount)
        return {wallet.account: -amount, SETTLING: amount}

    def debit(self, wallet: Wallet, wish: Wish, entry: Entry, helped: int = 0) -> None:
        amount = wish.amount - helped
        hold(wallet.available >= amount, "no wallet is overdrawn", wallet=wallet, entry=entry)
        self.authority(wallet, wish, entry)
        self._limits(wallet, entry["sk"], amount)
        wallet.available -= amount

    def authority(self, wallet: Wallet, wish: Wish, entry: Entry) -> None:
        """Whoever pays from a wallet, or from a card of its owner's, may."""
        hold(wallet.status == "active", "a frozen wallet pays nothing", wallet=wallet, entry=entry)
        hold(wallet.epoch in wish.epochs, "no payment with a token from before a sign-out", wallet=wallet, wish=wish)
        hold(wish.amount <= truth.PER_MOVEMENT, "no payment above the limit", entry=entry)
        stepped_up = wish.amount <= max(wish.unasked) or max(wish.steps) > seconds_of(entry["sk"])
        hold(stepped_up, "nothing large is paid without a fresh step-up", entry=entry, wish=wish)

    def _limits(self, wallet: Wallet, at: str, amount: int) -> None:
        wallet.days[at[:10]] = wallet.days.get(at[:10], 0) + amount
        for name, length, most in truth.PERIODS:
            spent = sum(one for day, one in wallet.days.items() if day[:length] == at[:length])
            hold(spent <= most, f"the {name}'s limit holds", wallet=wallet)

    def duplicates(self, slots: truth.Slots, wish: Wish, at: float) -> None:
        slot = truth.slot_of(wish.shop, wish.amount)
        payee, amount, before, earlier = slots.get(slot, ("", 0, 0.0, ""))
        alike = (payee, amount) == (wish.shop, wish.amount) and before >= int(at) - truth.DUPLICATE_SECONDS
        hold(wish.confirmed or not alike, "a probable duplicate needs confirming", wish=wish, earlier=earlier)
        slots[slot] = (wish.shop, wish.amount, int(at), wish.movement)

    def _pay_checkout(self, wish: Wish, payment: Payment, at: float) -> None:
        checkout = self.checkouts[wish.checkout]
        payment.checkout = wish.checkout
        hold(checkout["status"] == "open", "a checkout is paid at most once", checkout=checkout)
        hold(at < checkout["expires"], "an expired checkout is not paid", checkout=checkout)
        if "left" in checkout:
            sharing_out.join(checkout, wish, payment, self.wallets[wish.wallet].owner)
        else:
            checkout["status"] = "paid"

    def _line(self, movement: str, shop_id: str, amount: int) -> None:
        shop = self.shops[shop_id]
        self.lines[movement] = Line(shop.account, amount, shop.fee(amount) if amount > 0 else 0)

    def capture(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        if part := sharing_out.part(self, entry, changes, "paid"):
            part.state, part.captured = "captured", part.amount
            self._line(entry["movement"], part.shop, part.amount)
            return self._give_back(part, 0) | {SETTLING: part.amount}
        wish = self._wish(entry, "capture")
        payment = self._authorized(wish.payment, entry)
        hold(
            seconds_of(entry["sk"]) < payment.at + truth.AUTHORISATION_DAYS * 86_400, "no capture too late", entry=entry
        )
        amount = payment.amount if wish.takes_all else wish.amount
        hold(0 < amount <= payment.amount, "no capture beyond what is held", entry=entry)
        payment.state, payment.captured = "captured", amount
        self._line(wish.movement, payment.shop, amount)
        return self._give_back(payment, payment.amount - amount) | {SETTLING: amount}

    def _authorized(self, payment_id: str, entry: Entry) -> Payment:
        payment = self.payments[payment_id]
        hold(payment.state == "authorized", "a hold is released once", payment=payment, entry=entry)
        return payment

    def void(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        if part := sharing_out.part(self, entry, changes, "cancelled"):
            return self._release(part, "voided")
        return self._release(self._authorized(self._wish(entry, "void").payment, entry), "voided")

    def expiry(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        payment = self._authorized(sharing_out.payment_in(changes), entry)
        if payment.part:
            sharing_out.ended(self.checkouts[payment.checkout], payment, "expired")
            return self._release(payment, "expired")
        due = payment.at + truth.AUTHORISATION_DAYS * 86_400
        hold(seconds_of(entry["sk"]) >= due, "no hold expires before its time", payment=payment, entry=entry)
        return self._release(payment, "expired")

    def _release(self, payment: Payment, state: str) -> dict[str, int]:
        payment.state = state
        return self._give_back(payment, payment.amount)

    def _give_back(self, payment: Payment, freed: int) -> dict[str, int]:
        """Nothing of it is held any more; what is freed is a credit like any other."""
        wallet = self.wallets[payment.wallet]
        wallet.held -= payment.amount
        return {wallet.account + ":held": -payment.amount} | (self._credit(wallet, freed) if freed else {})

    def refund(self, entry: Entry, changes: Sequence[Change], elsewhere: int = 0) -> dict[str, int]:
        wish = self._wish(entry, "refund")
        payment = self.payments[wish.payment]
        amount = -entry["postings"][SETTLING] if wish.takes_all else wish.amount
        shop = self.shops[payment.shop]
        hold(payment.state == "captured", "only what was captured is refunded", payment=payment, entry=entry)
        hold(0 < amount <= payment.refundable, "refunds never exceed the capture", payment=payment, entry=entry)
        hold(shop.allowance >= amount, "refunds stay within the merchant's floor", shop=shop, entry=entry)
        payment.refunded += amount
        shop.allowance -= amount
        self._line(wish.movement, payment.shop, -amount)
        return self._credit(self.wallets[payment.wallet], amount - elsewhere) | {SETTLING: -amount}

    def _credit(self, wallet: Wallet, amount: int) -> dict[str, int]:
        """Debt is repaid first; a closed wallet's credit waits elsewhere."""
        if wallet.status == "closed":
            return {"sys:unclaimed:CNY": amount}
        repaid = min(wallet.debt, amount)
        wallet.debt -= repaid
        wallet.available += amount - repaid
        return {wallet.account: amount - repaid, wallet.account + ":debt": repaid}

    def top_up(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        wish = self._wish(entry, "top-up")
        clearing, paid = self._paid(entry)
        hold(paid is not None and paid.status in ("succeeded", "reversed"), "no credit without money", entry=entry)
        hold(wish.movement not in self.credited, "a top-up is credited once", entry=entry)
        hold(paid.amount == wish.amount, "credited as intended", entry=entry)
        self.credited[wish.movement], self.credited_by[wish.movement] = wish.amount, paid.bank
        return self._credit(self.wallets[wish.wallet], wish.amount) | {clearing: -wish.amount}

    def _paid(self, entry: Entry) -> tuple[str, Any]:
        """The clearing account of an entry, and what that bank has of its top-up."""
        (clearing,) = [one for one in entry["postings"] if one.startswith("sys:clearing:")]
        return clearing, self.bank.get(booked(clearing.split(":")[2], entry["movement"]))

    def reversal(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        clearing, paid = self._paid(entry)
        top_up, amount = entry["movement"], entry["postings"][clearing]
        wallet = self.wallets[self.wishes[top_up].wallet]
        self.reversed[top_up] += amount
        hold(top_up in self.credited, "only what was credited is taken back", entry=entry)
        hold(self.credited_by[top_up] == paid.bank, "whoever brought it takes it back", entry=entry)
        hold(amount > 0, "a reversal takes", entry=entry)
        hold(self.reversed[top_up] <= paid.reversed_total, "no more is taken back than told", entry=entry)
        taken = 0 if wallet.status == "closed" else min(amount, wallet.available)
        wallet.available -= taken
        wallet.debt += amount - taken
        return {wallet.account: -taken, wallet.account + ":debt": taken - amount, clearing: amount}

    def settlement(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        shop = self.accounts[entry["pk"]]
        (kept,) = [plain(change.new or {})["lines"] for change in changes if change.key[1] == "LINES"]
        gross = fees = 0
        for movement, amount, fee in kept:
            line = self.lines.get(movement)
            hold(line is not None, "only lines are settled", movement=movement)
            assert line is not None
            hold(not line.batch, "a line is settled once", movement=movement, line=line)
            hold((line.account, line.amount, line.fee) == (shop.account, amount, fee), "settled as agreed", line=line)
            line.batch = entry["movement"]
            gross, fees = gross + amount, fees + fee
            shop.allowance += amount - fee if amount > 0 else 0
        shop.balance += gross - fees
        hold(shop.balance >= shop.floor, "no merchant goes below its floor", shop=shop)
        return {SETTLING: -gross, shop.account: gross - fees, FEES: fees}

    def withdrawal(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        wish = self._wish(entry, "withdrawal")
        wallet, at, amount = self.wallets[wish.wallet], seconds_of(entry["sk"]), wish.amount
        method = self.methods[wish.method]
        hold(truth.LEAST_WITHDRAWAL <= amount <= truth.PER_MOVEMENT, "what leaves is within its bounds", entry=entry)
        hold(wallet.available >= amount, "no wallet is overdrawn", wallet=wallet, entry=entry)
        hold(wallet.status == "active", "nothing leaves a frozen wallet", wallet=wallet, entry=entry)
        hold(wallet.epoch in wish.epochs, "nothing leaves with a token from before a sign-out", wallet=wallet)
        hold(method.open and method.owner == wallet.owner, "to a method of its owner", method=method, entry=entry)
        hold(method.usable_at <= entry["sk"], "to a method that has cooled off", method=method, entry=entry)
        hold(min(wish.cools) <= at, "nothing leaves for a day after a reset", entry=entry, wish=wish)
        stepped_up = amount <= max(wish.unasked) or max(wish.steps) > at
        hold(stepped_up, "nothing large leaves without a fresh step-up", entry=entry, wish=wish)
        self._limits(wallet, entry["sk"], amount)
        wallet.available -= amount
        self.sent[wish.movement] = amount, method.processor
        return {wallet.account: -amount, f"sys:clearing:{method.processor}:CNY": amount}

    def withdrawal_return(self, entry: Entry, changes: Sequence[Change]) -> dict[str, int]:
        amount, bank = self._come_back(entry)
        credited = self._credit(self.wallets[self.wishes[entry["movement"]].wallet], amount)
        return credited | {f"sys:clearing:{bank}:CNY": -amount}

    def _come_back(self, entry: Entry) -> tuple[int, str]:
        """Amount and bank of what comes back, once."""
        hold(entry["movement"] not in self.came_back, "what was sent comes back once", entry=entry)
        self.came_back.add(entry["movement"])
        return self.sent[entry["movement"]]

    def _head(self, change: Change) -> None:
        head = plain(change.new or {})
        found = (head["available"], head["held"], head["debt"])
        if head["pk"].startswith("mac_"):
            if head["pk"] not in self.accounts:
                return  # it is being opened
            expected = (self.accounts[head["pk"]].balance, 0, 0)
            hold(found == expected, "a merchant's head is as it should be", head=head, expected=expected)
            return
        wallet = self.wallets.setdefault(head["pk"], Wallet(head["pk"], head["owner"]))
        hold(found == wallet.buckets, "a wallet's head is as it should be", head=head, expected=wallet.buckets)
        hold(head["epoch"] in (wallet.epoch, wallet.epoch + 1, wallet.epoch + 2), "an epoch only rises", head=head)
        if head["status"] != wallet.status:
            wallet.not_active_until = self.seconds
            ended = head["status"] == "closed" and head["reason"] == "account-deleted"
            hold(not ended or not any(wallet.buckets), "only an empty wallet ends with its account", wallet=wallet)
        wallet.epoch, wallet.status = head["epoch"], head["status"]

    def _checkout(self, change: Change) -> None:
        known, now = self.checkouts.get(change.key[0]), plain(change.new or {})
        if known and now["status"] == "cancelled":
            hold(known["status"] in ("open", "cancelled"), "only an open checkout is cancelled", checkout=known)
            known["status"] = "cancelled"
        if known and now["status"] == "expired":
            sharing_out.ran_out(known, self.seconds, _SKEW_SECONDS)


_KINDS = {
    "authorisation": Model.pay,
    "capture": Model.capture,
    "void": void,
    "expiry": Model.expiry,
    "top-up": Model.top_up,
    "top-up-reversal": Model.reversal,
    "settlement": Model.settlement,
    "payout": paying_out.payout,
    "payout-return": paying_out.payout_return,
    "withdrawal": Model.withdrawal,
    "withdrawal-return": Model.withdrawal_return,
} | KINDS
