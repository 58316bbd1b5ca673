"""Scores, in the table `cases`: what was given never changes, what became of it does. Listed by their state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.kernel import clock
from chalicelib.risk import store_rules
from chalicelib.risk.model_scores import Done, Kept, Label, Standing, State

_SCORE = "SCORE"
_LISTED = "risk-score-"
_SETTLING = "risk-score-settling"
_LEFT_ALONE = timedelta(minutes=1)
_FROZEN_FOR = "FROZEN-FOR#"


class _DueIndex(GlobalSecondaryIndex["_ScoreItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _ScoreItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute()
    given = UnicodeAttribute()
    state = UnicodeAttribute()
    deed = UnicodeAttribute(null=True)
    held = NumberAttribute(null=True)
    held_in = UnicodeAttribute(null=True)
    frozen = UnicodeAttribute(null=True)
    case_id = UnicodeAttribute(null=True)
    label = UnicodeAttribute(null=True)
    decided_at = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    appealed_at = UnicodeAttribute(null=True)
    appealed_by = UnicodeAttribute(null=True)
    appeal_note = UnicodeAttribute(null=True)


class _FrozenItem(Table):
    """Beside a wallet, for which scores it was frozen; whether one of them still stands, it says itself."""

    setting = "cases_table"


def put(one: Kept) -> None:
    """Once; the first stays."""
    due_at = clock.written(one.due_at) if one.state == "open" else one.scored_at
    item = _ScoreItem(
        one.id,
        _SCORE,
        due_key=_LISTED + one.state,
        due_at=due_at,
        given=msgspec.json.encode(one).decode(),
        state=one.state,
    )
    made(lambda: item.save(absent()))


def score(score_id: str) -> tuple[Kept, Standing] | None:
    item = _ScoreItem.find(score_id, _SCORE)
    return _read(item) if item else None


def acted(score_id: str, done: Done, case_id: str) -> None:
    """What was done at once: the first time that it was."""
    item = _ScoreItem(score_id, _SCORE)
    actions: list[Action] = [_ScoreItem.deed.set(done.deed)]
    actions += [_ScoreItem.case_id.set(case_id)] if case_id else []
    actions += [_ScoreItem.held.set(done.held), _ScoreItem.held_in.set(done.held_in)] if done.held else []
    actions += [_ScoreItem.frozen.set(done.frozen)] if done.frozen else []
    made(lambda: item.update(actions, _ScoreItem.deed.does_not_exist()))


def decide(one: Kept, label: Label, by: str, note: str, at: datetime) -> bool:
    """Once, and with it each of its rules is told. False if somebody else has decided. It waits to be settled."""
    moment = clock.written(at)
    actions: list[Action] = [
        _ScoreItem.state.set("decided"),
        *_to_settle(at),
        _ScoreItem.label.set(label),
        _ScoreItem.decided_at.set(moment),
        _ScoreItem.decided_by.set(by),
        _ScoreItem.note.set(note),
    ]

    def write() -> None:
        with writing() as transaction:
            transaction.update(_ScoreItem(one.id, _SCORE), actions, _ScoreItem.state != "decided")
            for rule in one.rules:
                store_rules.labelling(transaction, rule, label)

    return made(write)


def appeal(one: Kept, label: Label, by: str, note: str, at: datetime) -> bool:
    """A second person's word in the place of `fraud`, once, and each rule is told. False if it is not fraud now."""
    actions: list[Action] = [
        *_to_settle(at),
        _ScoreItem.label.set(label),
        _ScoreItem.appealed_at.set(clock.written(at)),
        _ScoreItem.appealed_by.set(by),
        _ScoreItem.appeal_note.set(note),
    ]
    other = (_ScoreItem.label == "fraud") & (_ScoreItem.decided_by != by)

    def write() -> None:
        with writing() as transaction:
            transaction.update(_ScoreItem(one.id, _SCORE), actions, other)
            for rule in one.rules:
                store_rules.relabelling(transaction, rule, label)

    return made(write)


def settled(score_id: str, now: Standing) -> bool:
    """What was decided is done. False if somebody has decided anew since, or it was settled before."""
    actions: list[Action] = [
        _ScoreItem.due_key.set(_LISTED + "decided"),
        _ScoreItem.due_at.set(now.appealed_at or now.decided_at),
    ]
    waits = (_ScoreItem.due_key == _SETTLING) & (_ScoreItem.label == now.label)
    return made(lambda: _ScoreItem(score_id, _SCORE).update(actions, waits))


def unsettled(at: datetime) -> list[str]:
    """Candidates only, the oldest first."""
    return [item.pk for item in _ScoreItem.due.query(_SETTLING, _ScoreItem.due_at <= clock.written(at), limit=100)]


def freezing(score_id: str, wallet: str) -> None:
    """Before the wallet is frozen for it."""
    _FrozenItem(wallet, _FROZEN_FOR + score_id).save()


def frozen_for(wallet: str) -> list[str]:
    """For which scores it ever was."""
    found = _FrozenItem.query(wallet, _FrozenItem.sk.startswith(_FROZEN_FOR), consistent_read=True)
    return [item.sk.removeprefix(_FROZEN_FOR) for item in found]


def _to_settle(at: datetime) -> list[Action]:
    """By whoever decides, at once; by the sweep where they died."""
    return [_ScoreItem.due_key.set(_SETTLING), _ScoreItem.due_at.set(clock.written(at + _LEFT_ALONE))]


def later(score_id: str, since: str, until: datetime) -> bool:
    """Nobody has looked in time, once more."""
    item = _ScoreItem(score_id, _SCORE)
    waits = (_ScoreItem.state == "open") & (_ScoreItem.due_at == since)
    return made(lambda: item.update([_ScoreItem.due_at.set(clock.written(until))], waits))


def overdue(at: datetime) -> list[str]:
    """Candidates only, the oldest first."""
    query = _ScoreItem.due.query(_LISTED + "open", _ScoreItem.due_at <= clock.written(at), limit=100)
    return [item.pk for item in query]


def listed(state: State, position: str | None, limit: int) -> tuple[list[tuple[Kept, Standing]], str | None]:
    """Open: soonest due first; others: newest first. Candidates come from the index, their state from themselves."""
    query = _ScoreItem.due.query(
        _LISTED + state,
        scan_index_forward=state == "open",
        limit=limit + 1,
        last_evaluated_key=_start(state, position),
    )
    found = list(query)
    candidates = found[:limit]
    following = f"{candidates[-1].due_at}#{candidates[-1].pk}" if len(found) > limit else None
    return [one for one in _together([item.pk for item in candidates]) if one[1].state == state], following


def _together(score_ids: Sequence[str]) -> list[tuple[Kept, Standing]]:
    if not score_ids:
        return []
    with reading() as together:
        found = [together.get(_ScoreItem, score_id, _SCORE) for score_id in score_ids]
    return [_read(future.get()) for future in found]


def _start(state: State, position: str | None) -> dict[str, dict[str, str]] | None:
    if position is None:
        return None
    due_at, _, score_id = position.partition("#")
    key = {"pk": score_id, "sk": _SCORE, "due_key": _LISTED + state, "due_at": due_at}
    return {name: {"S": text} for name, text in key.items()}


def _read(item: _ScoreItem) -> tuple[Kept, Standing]:
    names: tuple[str, ...] = ("deed", "held_in", "frozen", "case_id", "label", "decided_at", "decided_by", "note")
    names += ("appealed_at", "appealed_by", "appeal_note")
    known = {name: value for name in names if (value := getattr(item, name)) is not None}
    told = {"state": item.state, "due_at": item.due_at, "held": int(item.held or 0), **known}
    return msgspec.json.decode(item.given, type=Kept), msgspec.convert(told, Standing)
