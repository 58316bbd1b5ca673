"""What people may be told of what they send one another: judged when the answer comes, by all that was so since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.caller import Reply
from tests.simulation import judging_packets
from tests.simulation.errands import SKEW_SECONDS, Errand, step_in
from tests.simulation.judging_bills import Bill
from tests.simulation.judging_coupons import Template
from tests.simulation.judging_transfers import second
from tests.simulation.model import Model
from tests.simulation.told_of_cards import _by_the_book, _closed, is_final
from tests.simulation.truth import hold

GOOD_FOR_SECONDS = 900
Reason = Callable[[Model, Errand, dict[str, Any]], bool]


def judge_transfer(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless its sender may be told this now."""
    asked, code = model.transfers.asked[errand.wish.movement], reply.json.get("code")
    if code == "invalid-or-expired":
        hold(is_old(model, asked.looked_at), "a look that is fresh is believed", answer=reply.raw)
    elif code == "too-many-requests":
        hold(not asked.payee, "only invitations are counted", answer=reply.raw)
    elif is_final(model, errand, reply, faults, calls, _NOT_SENT):
        one = model.transfers.waiting.get(errand.wish.movement)
        told = reply.json["id"], reply.json["amount"], reply.json["status"]
        expected = errand.wish.movement, errand.wish.amount, "scheduled" if one else "completed"
        hold(told == expected, "a transfer is told as it was sent", answer=reply.raw, expected=expected)


def judge_cancel(model: Model, transfer: str, reply: Reply | None) -> None:
    """It is back, or it was too late."""
    one = model.transfers.waiting[transfer]
    if reply and reply.status == 200:
        hold(reply.json["status"] == one.state == "cancelled", "what is told as back is", answer=reply.raw, one=one)
    elif reply and reply.status == 409:
        hold(one.state not in ("scheduled", "cancelled"), "what waits can be taken back", answer=reply.raw, one=one)
        hold(reply.json["state"] == one.state, "a refusal says how it is", answer=reply.raw, one=one)


def is_old(model: Model, looked_at: float) -> bool:
    return model.seconds - looked_at >= GOOD_FOR_SECONDS - 2 * SKEW_SECONDS


def _not_to_them(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """Their wallet is closed, or the sender's."""
    if body["state"] != "payee-closed":
        return _closed(model, errand, body)
    payee = model.wallets[model.transfers.asked[errand.wish.movement].payee]
    return payee.status == "closed" or payee.not_active_until >= errand.first_sent


_NOT_SENT: dict[str, Reason] = {
    "insufficient-funds": _by_the_book,
    "limit-reached": _by_the_book,
    "wallet-frozen": _by_the_book,
    "invalid-state": _not_to_them,
}


def judge_packet(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    if reply.json.get("code") == "invalid-or-expired":
        looked_at = model.packets.looked_at[errand.wish.movement]
        hold(is_old(model, looked_at), "a look that is fresh is believed", answer=reply.raw)
    elif is_final(model, errand, reply, faults, calls, _NOT_SENT):
        packet = model.packets.sent[errand.wish.movement]
        told = reply.json["id"], reply.json["amount"], reply.json["shares"]
        hold(told == (packet.id, packet.amount, packet.asked.shares), "a packet is told as sent", answer=reply.raw)


def judge_claim(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Whoever it is not for knows of no packet."""
    packet = model.packets.sent[model.packets.claiming[errand.wish.movement]]
    wallet = errand.wish.wallet
    if reply.status == 404:
        mine = wallet in packet.asked.people if packet.asked.people else errand.facts["right"]
        hold(not mine and wallet != packet.sender, "whom it is for may open it", answer=reply.raw, packet=packet)
    elif reply.json.get("state") == "own-packet":
        hold(wallet == packet.sender, "a refusal has its reason", answer=reply.raw, packet=packet)
    elif is_final(model, errand, reply, faults, calls, _NOT_OPENED):
        amount = model.packets.told[errand.wish.movement]
        hold(reply.json["amount"] == amount, "a share is told as it is", answer=reply.raw, expected=amount)


def _no_share(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    packet, state = model.packets.sent[model.packets.claiming[errand.wish.movement]], body["state"]
    if state == "already-claimed":
        return errand.wish.wallet in packet.opened
    if state == "all-claimed":
        return len(packet.slots) == packet.asked.shares
    if state == "expired":
        return model.now + SKEW_SECONDS >= packet.at + judging_packets.LASTS_SECONDS
    return _closed(model, errand, body)


def judge_bill(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    asked, code = model.bills.asked[errand.wish.movement], reply.json.get("code")
    if code == "invalid-or-expired":
        hold(is_old(model, asked.looked_at), "a look that is fresh is believed", answer=reply.raw)
    elif code == "invalid-request":
        least = asked.amount // (asked.own + sum(asked.people.values()))
        hold(least == 0, "what can be shared is", answer=reply.raw, asked=asked)
    elif code != "too-many-requests":
        is_final(model, errand, reply, faults, calls, {})


def judge_part(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Whoever pays somebody new, or signed in unusually, is asked for a proof."""
    bill, code = model.bills.made[model.bills.paying[errand.wish.movement]], reply.json.get("code")
    if code == "step-up-required":
        step = step_in(errand.facts["token"]) - errand.facts["epoch_of_clock"]
        hold(step <= model.seconds + SKEW_SECONDS, "a fresh step-up is believed", answer=reply.raw)
    elif code == "not-found":
        hold(errand.wish.wallet not in bill.left, "whoever is asked may pay", answer=reply.raw, bill=bill)
    elif is_final(model, errand, reply, faults, calls, _NOT_PAID):
        told = reply.json["id"], reply.json["amount"], reply.json["status"], reply.json["split_id"]
        expected = errand.wish.movement, errand.wish.amount, "completed", bill.id
        hold(told == expected, "a part is told as it was paid", answer=reply.raw, expected=expected)


def _ended(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """The bill, their part of it, or somebody's wallet."""
    bill, state = model.bills.made[model.bills.paying[errand.wish.movement]], body["state"]
    late = model.now + SKEW_SECONDS >= bill.ends
    if state in ("part-paid", "part-declined"):
        return bill.left[errand.wish.wallet] == 0
    if state in ("split-closed", "expired"):
        return bill.state in ("closed", "expired", "paid") or late
    if state == "payee-closed":
        maker = model.wallets[bill.asked.maker]
        return maker.status == "closed" or maker.not_active_until >= errand.first_sent
    return _closed(model, errand, body)


def _beyond(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    bill = model.bills.made[model.bills.paying[errand.wish.movement]]
    return bill.left[errand.wish.wallet] < errand.wish.amount


def judge_declined(model: Model, bill: Bill, wallet: str, reply: Reply | None) -> None:
    if reply and reply.status == 200:
        hold(bill.left[wallet] == 0, "whoever has declined owes nothing", answer=reply.raw, bill=bill)
    elif reply and reply.status == 409:
        over = bill.state != "open" or bill.left[wallet] == 0 or model.now + SKEW_SECONDS >= bill.ends
        hold(over, "what is owed can be declined", answer=reply.raw, bill=bill)


def judge_closed(model: Model, bill: Bill, reply: Reply | None) -> None:
    if reply and reply.status == 200:
        hold(bill.state != "open", "what is told as closed is", answer=reply.raw, bill=bill)
    elif reply and reply.status == 409:
        late = model.now + SKEW_SECONDS >= bill.ends
        hold(bill.state in ("paid", "expired") or late, "what is open can be closed", answer=reply.raw, bill=bill)


def judge_look(model: Model, bill: Bill, wallet: str, before: int, reply: Reply) -> None:
    """One's own part alone, between what it was and what it is; its maker sees all."""
    shown = [one["left"] for one in reply.json["parts"]]
    hold(len(shown) == 1, "nobody sees the parts of others", answer=reply.raw, bill=bill)
    hold(bill.left[wallet] <= shown[0] <= before, "a part is shown as it is", answer=reply.raw, bill=bill)


def judge_taken(model: Model, template: Template, user: str, reply: Reply | None) -> None:
    theirs = [one for one in model.coupons.issued.values() if (one.template, one.owner) == (template, user)]
    if reply and reply.status == 201:
        hold([reply.json["id"]] == [one.id for one in theirs], "a coupon that is told is there", answer=reply.raw)
    elif reply and reply.status == 409:
        gone = sum(one.template is template for one in model.coupons.issued.values())
        hold(gone == template.units, "only a budget's end ends it", answer=reply.raw, template=template)
        model.effects["coupons-exhausted"] += 1


def judge_coupon(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """A payment with a coupon."""
    coupon = model.coupons.issued[errand.wish.coupon]
    if reply.status == 404:
        hold(coupon.erased, "whose coupon it is may use it", answer=reply.raw, coupon=coupon)
    elif is_final(model, errand, reply, faults, calls, _NOT_HELPED):
        discount = model.coupons.paid[errand.wish.movement][1]
        hold(reply.json["discount"] == discount, "a discount is told as it is", answer=reply.raw, expected=discount)


def _too_little(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    wish = errand.wish
    money = wish.amount - model.coupons.issued[wish.coupon].template.discount(wish.amount)
    return min(model.wallets[wish.wallet].seen_since(errand.first_sent)) < money


def _was_used(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """By another payment, which a refund may have given back since."""
    return body["payment_id"] != errand.wish.movement and body["payment_id"] in model.coupons.paid


_NOT_OPENED: dict[str, Reason] = {"wallet-frozen": _by_the_book, "invalid-state": _no_share}
_NOT_PAID: dict[str, Reason] = _NOT_SENT | {"invalid-state": _ended, "exceeds-what-is-left": _beyond}
_NOT_HELPED: dict[str, Reason] = {
    "insufficient-funds": _too_little,
    "limit-reached": _by_the_book,
    "wallet-frozen": _by_the_book,
    "probable-duplicate": _by_the_book,
    "invalid-state": _closed,
    "coupon-used": _was_used,
    "coupon-minimum-not-met": lambda model, errand, body: (
        errand.wish.amount < model.coupons.issued[errand.wish.coupon].template.least
    ),
    "coupon-not-yet": lambda model, errand, body: second(body["since"]) > model.now - SKEW_SECONDS,
    "coupon-expired": lambda model, errand, body: (
        model.now + SKEW_SECONDS >= model.coupons.issued[errand.wish.coupon].until
    ),
}
