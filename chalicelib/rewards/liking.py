"""What somebody likes, of their own spending: made when they look at offers, and by night while they do; never for
whoever switched it off, nor in easy mode without having been asked. The journal alone tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from chalicelib import queues
from chalicelib.identity import meeting
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.categories import Category
from chalicelib.kernel.errors import InternalError, NotFound
from chalicelib.ledger import chart, history
from chalicelib.ledger import service as ledger
from chalicelib.notices import moments
from chalicelib.rewards import model_offers as model
from chalicelib.rewards import store_offers as store
from chalicelib.rewards.model_offers import Kept, Profile, Purchase
from chalicelib.rewards.model_offers_views import ChoiceView, choice_view
from chalicelib.rewards.model_points import CategoryOf

_AT_ONCE = 50
"""In one sweep, which has other things to do."""
_NIGHT_HOURS = 6
_lent: list[CategoryOf] = []
_open: list[Callable[[str, datetime], bool]] = []


def lend(category_of: CategoryOf, is_open: Callable[[str, datetime], bool] | None = None) -> None:
    """What a merchant deals in; and whether it takes payments, for whoever lists offers. This room knows neither, so
    another one lends it."""
    _lent[:] = [category_of]
    if is_open:
        _open[:] = [is_open]


def somewhere(merchant_ids: Iterable[str], at: datetime) -> bool:
    """Whether any of these takes payments."""
    return any(all(is_open(one, at) for is_open in _open) for one in merchant_ids)


def category(merchant_id: str, at: datetime) -> Category:
    """Raises InternalError where nobody has lent it."""
    if not _lent:
        raise InternalError()
    try:
        return _lent[0](merchant_id, at)
    except NotFound:
        return "other"


def chosen(customer: Customer) -> ChoiceView:
    """Whether offers are chosen by what they buy, and what is known for it."""
    return choice_view(store.kept(customer.user_id), meeting.mode(customer.user_id))


def choose(customer: Customer, personal: bool, at: datetime) -> ChoiceView:
    """Off deletes what was made of it, at once. Once or many times."""
    store.choose(customer.user_id, "on" if personal else "off", at)
    return chosen(customer)


def of(customer: Customer, at: datetime, *, anew: bool) -> Kept:
    """What is known of them; without a profile where nothing may be. `anew`: made again if it is an hour old."""
    seen = store.kept(customer.user_id)
    if not seen.is_personal("" if seen.chosen else meeting.mode(customer.user_id)):
        return _none(seen)
    if seen.is_good(at) or not (anew or seen.profile is None):
        return seen
    basis = Profile(customer.wallet_ids, customer.jurisdiction)
    if made := _made(seen, basis, at, clock.written(at)):
        return replace(seen, profile=made, made_at=clock.written(at))
    return _still(store.kept(customer.user_id))


def refresh_due(at: datetime) -> int:
    """By night: of how many something changed."""
    return queues.sweep("offers", store.due(at, _AT_ONCE), lambda person: refresh(person, at))


def refresh(person: str, at: datetime) -> bool:
    """Made anew if they have paid since; deleted if nobody looked for a month, or nothing may be kept any more."""
    seen = store.kept(person)
    if seen.profile is None:
        return False
    mode = meeting.mode(person)
    if not (mode and seen.is_personal(mode)) or clock.read(seen.looked_at) + model.UNUSED_FOR <= at:
        return store.forget_profile(seen)
    if _has_paid_since(seen.profile, seen.made_at):
        return _made(seen, seen.profile, at, seen.looked_at) is not None
    return store.postpone(seen, _next_night(person, at))


def forget(user_id: str) -> None:
    """May be repeated."""
    store.erase(user_id)


def _none(seen: Kept) -> Kept:
    """Easy mode was chosen meanwhile, say: what was made before goes."""
    if seen.profile:
        store.forget_profile(seen)
    return Kept(seen.person, seen.chosen)


def _still(seen: Kept) -> Kept:
    """Somebody was first: they switched it off, or made it anew."""
    return seen if seen.chosen != "off" else Kept(seen.person, seen.chosen)


def _made(seen: Kept, basis: Profile, at: datetime, looked_at: str) -> Profile | None:
    """None, and no effect, if they chose otherwise meanwhile, or somebody was first."""
    made = model.profile(basis, _purchases(basis, at), at)
    return made if store.keep(seen, made, at, looked_at, _next_night(seen.person, at)) else None


def _purchases(basis: Profile, at: datetime) -> Iterator[Purchase]:
    """With their own money and by themselves: the newest of each wallet, so many at most."""
    zone = moments.zone(basis.jurisdiction)
    for wallet in basis.wallets:
        back: Counter[tuple[str, str]] = Counter()
        for entry in history.entries(wallet, None, model.MOST_ENTRIES):
            if (amount := _kept(entry, back)) and clock.read(entry["sk"]) > at - model.LOOKED_BACK:
                when, payee = clock.read(entry["sk"]).astimezone(zone), str(entry["payee"])
                yield Purchase(when, amount, entry["currency"], payee, category(payee, at))


def _kept(entry: Mapping[str, Any], back: Counter[tuple[str, str]]) -> int:
    """What a purchase cost in the end. Newest first: what came back of an order is met before it was paid."""
    order, paid = (str(entry.get("payee", "")), str(entry.get("text", ""))), _paid(entry)
    if entry["kind"] in ("refund", "void"):
        back[order] += max(0, -_left(entry))
    returned = min(paid, back[order])
    back[order] -= returned
    return paid - returned


def _paid(entry: Mapping[str, Any]) -> int:
    """Of their own money; 0 of what is no purchase, or was somebody else's with their card."""
    if entry["kind"] not in ("payment", "capture") or not entry.get("payee") or entry.get("paid_by"):
        return 0
    return _left(entry)


def _left(entry: Mapping[str, Any]) -> int:
    """How much less customers have by it."""
    return -sum(int(part) for address, part in entry["postings"].items() if chart.group_of(address) == "customers")


def _has_paid_since(profile: Profile, made_at: str) -> bool:
    return any(ledger.head(wallet).last_at >= made_at for wallet in profile.wallets)


def _next_night(person: str, at: datetime) -> datetime:
    """Within six hours of the next midnight, everybody at a time of their own."""
    midnight = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(seconds=int.from_bytes(ids.packed(person)[-2:], "big") % (_NIGHT_HOURS * 3600))
