"""What a person says of a score, and a second one where they doubt that it was fraud; the last word is carried out."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import happenings
from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.merchants import working
from chalicelib.risk import acting, model, model_rules, model_scores, scoring, settling, store_scores
from chalicelib.risk.model_rules import reaches
from chalicelib.risk.model_scores import APPEAL_NOTE, NOTE, DecisionRequest, Kept, Label, ScoreView, Standing

_NOBODY_DECIDED = "nobody has decided in time, so it is theirs"


def listed(
    by: Operator, wanted: str | None, position: str | None, limit: int, language: str
) -> tuple[list[ScoreView], str | None]:
    """But those about themselves, so a page may be short. Raises InvalidRequest."""
    found, following = store_scores.listed(model_scores.state_of(wanted), position, limit)
    return [_view(one, now, language) for one, now in found if by.user_id not in _about(by, one)], following


def seen(by: Operator, score_id: str, language: str) -> ScoreView:
    """Raises NotFound, of one about themselves too."""
    one, now = _known(score_id)
    if by.user_id in _about(by, one):
        raise NotFound()
    return _view(one, now, language)


def decide(by: Operator, score_id: str, wish: DecisionRequest, at: datetime, language: str) -> ScoreView:
    """Each step may be taken again. Of what somebody called fraud a second person may say that it is none, once.

    Raises InvalidRequest, NotFound, SecondPersonRequired, InvalidState (decided).
    """
    note, (one, now) = model.tidy_note(wish.note), _known(score_id)
    by.require_other(*_about(by, one))
    again = now.state == "decided" and (now.last_by, now.label) != (by.user_id, wish.label)
    if again:
        _check_second(by, now, wish.label)
    cases.audit(by.user_id, "risk-score.decide", score_id, note, at, source_address=by.source_address, label=wish.label)
    if not (_appealed(by, one, wish.label, note, at) if again else _decided(by, one, now, wish.label, note, at)):
        raise InvalidState(state="decided")
    settling.settle(score_id, at, by.source_address)
    return _view(*_known(score_id), language)


def look(score_id: str, at: datetime) -> bool:
    """Nobody has decided in time: a second person is asked; after the longest that anything may be held without a
    decision it goes back. Whether it was so."""
    found = store_scores.score(score_id)
    if found is None or found[1].state != "open" or not _is_held_too_long(found[0], at):
        return acting.rise(score_id, at)
    decide(settling.BY_ITSELF, score_id, DecisionRequest("unsure", _NOBODY_DECIDED), at, "en")
    return True


def _is_held_too_long(one: Kept, at: datetime) -> bool:
    if not reaches(one.score.outcome, "hold"):
        return False
    days = model_rules.longest_held(one.rules, scoring.rules_in_force())
    return clock.read(one.scored_at) + timedelta(days=days) <= at


def _check_second(by: Operator, now: Standing, label: Label) -> None:
    """Raises InvalidState, or SecondPersonRequired where whoever called it fraud takes it back alone."""
    if now.label != "fraud" or label == "fraud":
        raise InvalidState(state="decided")
    by.require_other(now.decided_by)


def _decided(by: Operator, one: Kept, now: Standing, label: Label, note: str, at: datetime) -> bool:
    """Also by this very decision, whose answer was lost."""
    if now.state == "decided":
        return True
    return store_scores.decide(one, label, by.user_id, sealing.sealed(one.id, NOTE, note), at)


def _appealed(by: Operator, one: Kept, label: Label, note: str, at: datetime) -> bool:
    return store_scores.appeal(one, label, by.user_id, sealing.sealed(one.id, APPEAL_NOTE, note), at)


def _known(score_id: str) -> tuple[Kept, Standing]:
    found = store_scores.score(score_id) if ids.is_id(score_id, "scr") else None
    if found is None:
        raise NotFound()
    return found


def _about(by: Operator, one: Kept) -> tuple[str, ...]:
    """Who has to do with it; `by` too where only a pseudonym says so, or the shop is one that they work at."""
    seen, named = one.score.seen, {one.place.owner, one.place.peer_owner}
    if happenings.pseudonym(by.user_id) in (seen.person, seen.peer):
        named.add(by.user_id)
    if seen.merchant and working.works_at(by.user_id, seen.merchant):
        named.add(by.user_id)
    return tuple(sorted(named - {""}))


def _view(one: Kept, now: Standing, language: str) -> ScoreView:
    note = sealing.opened(one.id, NOTE, now.note) if now.note else ""
    appeal_note = sealing.opened(one.id, APPEAL_NOTE, now.appeal_note) if now.appeal_note else ""
    return model_scores.view(one, now, note, language, appeal_note)
