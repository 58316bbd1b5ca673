"""What a score leads to, by itself: each deed once, audited before it is done, and told to whoever it concerns.

Nothing is decided by what was read here: a hold, a freeze and a session at risk are conditions of the next movement.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.cases.model import Case
from chalicelib.identity import sessions
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.notices import service as notices
from chalicelib.observability import count
from chalicelib.risk import aside, service, settling, store_scores
from chalicelib.risk.model import LONGEST_NOTE, FreezeRequest
from chalicelib.risk.model_rules import Outcome, reaches
from chalicelib.risk.model_scores import RISES_EVERY, Deed, Done, Kept
from chalicelib.risk.settling import BY_ITSELF, CASE, RISEN

AT_RISK = timedelta(hours=24)


def act(score_id: str, at: datetime) -> None:
    """What it leads to, as it was kept the first time. May be repeated: what was done stays as it was, and nothing is
    begun once a person has decided; where that was meanwhile, their word holds."""
    found = store_scores.score(score_id)
    if found and found[1].deed is None and found[1].state != "decided":
        _act(found[0], at)
        found = store_scores.score(score_id)
    if found and found[1].state == "decided":
        settling.settle(score_id, at)


def _act(one: Kept, at: datetime) -> None:
    done = _done(one, at)
    case_id = _to_review(one, at) if one.state == "open" else ""
    store_scores.acted(one.id, done, case_id)
    count("RiskScored", Outcome=one.score.outcome)


def rise(score_id: str, at: datetime) -> bool:
    """Nobody has decided in time: a second person is asked, every day until one has. Whether it was so."""
    found = store_scores.score(score_id)
    if found is None or found[1].state != "open" or found[1].due_at > clock.written(at):
        return False
    one, now = found
    cases.open_case(RISEN, one.id, _facts(one), at + RISES_EVERY, at, about=one.place.owner)
    return store_scores.later(one.id, now.due_at, at + RISES_EVERY)


def _done(one: Kept, at: datetime) -> Done:
    outcome: Outcome = one.score.outcome
    if outcome == "step-up" and one.place.owner:
        return _ask_to_prove(one, at)
    if not reaches(outcome, "hold"):
        return Done("to-review" if reaches(outcome, "review") else "watched")
    held_in, held = _hold(one, at)
    frozen = _freeze(one, at) if outcome == "freeze" else ""
    deed: Deed = "frozen" if frozen else "held" if held else "to-review"
    return Done(deed, held, held_in if held else "", frozen)


def _ask_to_prove(one: Kept, at: datetime) -> Done:
    place = one.place
    cases.audit(BY_ITSELF.user_id, "person.put-at-risk", place.owner, "", at, score=one.id)
    until = at + AT_RISK
    sessions.put_at_risk(place.owner, (place.wallet,), until)
    notices.begin(place.owner, "risk_prove_yourself", {}, at, one.id)
    return Done("asked-to-prove")


def _hold(one: Kept, at: datetime) -> tuple[str, int]:
    """Where the money is now: with whom it was sent to, or who topped up. What a shop or bank has is not held."""
    place, seen = one.place, one.score.seen
    wallet = place.wallet if seen.kind == "top-up" else place.peer_wallet
    if not wallet:
        return "", 0
    cases.audit(BY_ITSELF.user_id, "wallet.hold", wallet, "", at, score=one.id, amount=seen.amount)
    return wallet, aside.hold(one.id, wallet, seen.amount, at)


def _freeze(one: Kept, at: datetime) -> str:
    """The wallet that it went from; "" where it is closed, or frozen by somebody else."""
    store_scores.freezing(one.id, one.place.wallet)
    note = f"{one.id}: {', '.join(one.rules)}"[:LONGEST_NOTE]
    try:
        service.frozen(BY_ITSELF, FreezeRequest(one.place.wallet, "unusual_activity", note), at)
    except (InvalidState, NotFound):
        return ""
    return one.place.wallet


def _to_review(one: Kept, at: datetime) -> str:
    return cases.open_case(CASE, one.id, _facts(one), one.due_at, at, about=one.place.owner)


def _facts(one: Kept) -> dict[str, str | int]:
    score = one.score
    return {"outcome": score.outcome, "points": score.points, "why": ", ".join(one.rules)[:100]}


def _check_done(case: Case) -> None:
    """Raises InvalidState while the score waits that the case is about."""
    found = store_scores.score(case.subject)
    if found and found[1].state == "open":
        raise InvalidState(state="undecided")


for _kind in (CASE, RISEN):
    cases.guard_with(_kind, _check_done)
