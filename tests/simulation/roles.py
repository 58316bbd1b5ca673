"""The judge of who works where: sees every commit to roles and to sessions at tills, and all that those are answered.

Written down apart from the product: what each role may do, that whatever changes a role ends its sessions with the same
write, that nothing moves by a session whose role is over, and whom movements and the audit log name.
"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.api.caller import Reply
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

SHIFT_SECONDS, SKEW_SECONDS = 12 * 3_600, 700.0
_TILL = frozenset(
    {"cancel", "capture", "charge-reversals", "charges", "checkouts", "current", "payments", "reversals", "void"}
)
_RUN = _TILL | {"refunds", "staff", "staff-sessions"}
MAY: Mapping[str, frozenset[str]] = {"cashier": _TILL, "manager": _RUN, "owner": _RUN | {"cards", "keys", "payouts"}}
"""What each role may do, by the last word of a path."""
_SCOPES = {
    "cashier": "checkouts payments",
    "manager": "checkouts payments refunds reports staff stores",
    "owner": "cards checkouts keys payments payouts refunds reports staff stores",
}
_DOORS = {"pay": "charges", "cap": "capture", "voi": "void", "ref": "refunds", "pot": "payouts"}
"""Movements that somebody at a till may have made, by how their ids begin."""
Facts = dict[str, Any]


@dataclass(frozen=True)
class Role:
    """As it was last written."""

    id: str
    merchant: str
    kind: str
    status: str
    since: str
    person: str
    login: str


@dataclass
class Session:
    id: str
    role: str
    kind: str
    since: str
    person: str
    person_since: str
    wallet: str
    until: float
    ended: bool = False


@dataclass(frozen=True)
class Sent:
    """How a session was when a request was sent with it. `over`: why, for whatever clock and for good."""

    over: str
    frozen: bool
    stirred: int


@dataclass
class Roles:
    """`now`: the true time, in seconds since 1970; `bearer`: the token of the request that is being worked on."""

    now: Callable[[], float]
    bearer: Callable[[], str]
    roles: dict[str, Role] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    people: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """User → what their sessions begin under, and whether they have an account."""
    frozen: dict[str, bool] = field(default_factory=dict)
    stirred: Counter[str] = field(default_factory=Counter)
    """Wallet → how often it was frozen, let go or closed."""
    markers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    counted: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    """Merchant → how many owners it had, from when on."""
    waits: dict[str, str] = field(default_factory=dict)
    """Charge that waits or waited → the role that asked for it."""
    sold: dict[str, str] = field(default_factory=dict)
    """Movement → the role that it must name."""
    under_way: Counter[str] = field(default_factory=Counter)
    """Role → requests of its sessions that are not answered yet."""
    effects: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation. What it says of movements is by what was true before it."""
        for kinds in (_MOVES, _BECOMES):
            for change in changes:
                judge = kinds.get((change.table, change.key[1]))
                if judge and change.new and (kinds is _BECOMES or change.old is None):
                    judge(self, change, changes)
                elif change.table == "test-audit" and kinds is _MOVES:
                    self._written(plain(change.new or {}))

    def acting(self) -> Session | None:
        return self.sessions.get(key_of(self.bearer()))

    def stands(self, session: Session) -> bool:
        """Its role is what it was when it began."""
        role = self.roles[session.role]
        return (role.status, role.since) == ("active", session.since)

    def over(self, session: Session, slack: float) -> str:
        """Why, if it is; a shift is over by a clock that is ahead by `slack`."""
        account = self.people.get(session.person, ("", False))
        reasons = {
            "ended": session.ended,
            "another role": not self.stands(session),
            "another account": account != (session.person_since, True),
            "after its shift": self.now() + slack >= session.until,
        }
        return next((why for why, so in reasons.items() if so), "")

    def sent(self, session: Session) -> Sent:
        self.under_way[session.role] += 1
        wallet = session.wallet
        return Sent(self.over(session, -SKEW_SECONDS), self.frozen.get(wallet, False), self.stirred[wallet])

    def answered(self, session: Session, sent: Sent, method: str, path: str, reply: Reply | None) -> bool:
        """Whether the till learnt more than that it may not. Raises Violation unless it may be told this."""
        self.under_way[session.role] -= 1
        if reply is None or reply.status == 503:
            return True
        facts = {"request": f"{method} {path}", "answer": reply.raw, "session": session, "sent": sent}
        if reply.status == 401:
            hold(self._may_be_over(session, sent), "whoever is at a till is believed", **facts)
            self.effects["till-turned-away"] += 1
            return False
        frozen = sent.frozen and self.stirred[session.wallet] == sent.stirred
        hold(not sent.over and not frozen, "a session that is over gets no answer", **facts)
        return self._answered(session, door_of(path), reply, facts)

    def _answered(self, session: Session, door: str, reply: Reply, facts: Facts) -> bool:
        may = door in MAY[session.kind]
        hold(may or reply.status == 403, "a role does no more than it may", **facts)
        if reply.status != 403:
            return True
        ranked = door in ("staff", "staff-sessions") and session.kind == "manager"
        stopped = may and not ranked
        hold(not stopped or not self.stands(session), "a role does what it may", **facts)
        self.effects["till-stopped" if stopped else "till-not-allowed"] += 1
        return False

    def _may_be_over(self, session: Session, sent: Sent) -> bool:
        wallet = session.wallet
        stirred = self.stirred[wallet] != sent.stirred
        return bool(self.over(session, SKEW_SECONDS)) or sent.frozen or stirred

    def _movement(self, change: Change, changes: Sequence[Change]) -> None:
        movement, session = plain(change.new or {}), self.acting()
        door, named = _DOORS.get(movement["pk"][:3]), movement.get("staff_id", "")
        if movement["state"] == "refused" or door is None:
            return
        if session is None:
            asked_by = self._asked_by(movement, changes)
            hold(named == asked_by, "a movement names whoever asked for it at a till", movement=movement, by=asked_by)
            self._sells(movement, named)
            return
        self._may_move(session, movement)
        hold(door in MAY[session.kind], "a role moves no more than it may", movement=movement, session=session)
        named = session.role if door == "payouts" else named
        hold(named == session.role, "a movement names whoever made it at a till", movement=movement, session=session)
        self._sells(movement, named)

    def _sells(self, movement: Facts, named: str) -> None:
        if named:
            self.sold[movement["pk"]] = named
            self.effects["till-" + _DOORS[movement["pk"][:3]]] += 1

    def _asked_by(self, movement: Facts, changes: Sequence[Change]) -> str:
        """What a customer pays may have been asked for at a till: a charge that waited, or a checkout."""
        if movement["pk"] in self.waits or not movement["pk"].startswith("pay_"):
            return self.waits.get(movement["pk"], "")
        checkouts = [plain(one.new or {}) for one in changes if one.key[1] == "CHECKOUT"]
        return str(checkouts[0].get("staff_id", "")) if checkouts else ""

    def _may_move(self, session: Session, moved: Facts) -> None:
        hold(self.stands(session), "nothing moves by a session whose role is over", moved=moved, session=session)

    def _charge(self, change: Change, changes: Sequence[Change]) -> None:
        waits, session = plain(change.new or {}), self.acting()
        named = waits.get("staff_id", "")
        hold(named == (session.role if session else ""), "what waits names whoever asked for it", waits=waits)
        if session:
            self._may_move(session, waits)
        self.waits[waits["pk"]] = named

    def _checkout(self, change: Change, changes: Sequence[Change]) -> None:
        checkout, session = plain(change.new or {}), self.acting()
        named = checkout.get("staff_id", "")
        hold(named == (session.role if session else ""), "a checkout names whoever opened it", checkout=checkout)

    def _written(self, entry: Facts) -> None:
        """The audit log names whoever asks; whoever begins at a till, by their role."""
        bearer, session = self.bearer(), self.acting()
        expected = session.role if session else key_of(bearer) if bearer.startswith("mk_") else _subject(bearer)
        if entry["what"] == "merchant.begin_till" and self.roles[entry["whom"]].person == expected:
            expected = entry["whom"]
        hold(entry["who"] == expected or not bearer, "the audit log names whoever did it", entry=entry, who=expected)

    def _role(self, change: Change, changes: Sequence[Change]) -> None:
        new, session = _role(change), self.acting()
        old = self.roles.get(new.id)
        self.roles[new.id] = new
        if old is None:
            hold(new.status == "invited", "nobody works anywhere before they have said yes", role=new)
        elif new != old:
            self._becomes(old, new)
        kinds = {new.kind} | ({old.kind} if old else set())
        ranked = session is None or session.kind == "owner" or kinds == {"cashier"}
        hold(ranked, "a manager keeps cashiers and nobody above", was=old, now=new, session=session)
        self._counted(new, changes)

    def _becomes(self, old: Role, new: Role) -> None:
        hold(old.status != "revoked", "what is revoked stays so", was=old, now=new)
        if (old.status, new.status) == ("invited", "active"):
            bearer = self.bearer()
            hold(not bearer or new.person == _subject(bearer), "a role is theirs who said yes", role=new)
            self.effects["role-accepted"] += 1
            return
        hold(new.person == old.person, "whose a role is stays", was=old, now=new)
        self.markers[new.id].add(old.since)
        hold(new.since not in self.markers[new.id], "another role ends every session", was=old, now=new)
        if old.status == "active":
            self.effects["role-revoked" if new.status == "revoked" else "role-changed"] += 1
            self.effects["role-ends-in-the-middle"] += self.under_way[new.id] > 0

    def _counted(self, new: Role, changes: Sequence[Change]) -> None:
        """Once somebody owns a merchant, somebody always does; and nobody has two roles there under one name."""
        there = [one for one in self.roles.values() if one.merchant == new.merchant]
        owners = sum((one.kind, one.status) == ("owner", "active") for one in there)
        before = self.counted[new.merchant][-1][1] if self.counted[new.merchant] else 0
        written = [plain(one.new or {})["owners"] for one in changes if one.key == (new.merchant, "OWNERS")]
        hold([*written, before][0] == owners, "owners are counted as they come and go", role=new, owners=owners)
        hold(owners > 0 or not before, "the last owner stays an owner", role=new)
        names = [one.login for one in there if one.status != "revoked"]
        hold(len(names) == len(set(names)), "one role for each name", role=new)
        self.counted[new.merchant].append((self.now(), owners))

    def _key(self, change: Change, changes: Sequence[Change]) -> None:
        key = plain(change.new or {})
        if "staff_id" not in key:
            return
        session = self.sessions.get(key["pk"])
        if session is None:
            self._begins(key)
        else:
            hold(not session.ended or "revoked_at" in key, "a session that has ended stays so", key=key)
            self.effects["till-ended"] += not session.ended and "revoked_at" in key
            session.ended = "revoked_at" in key

    def _begins(self, key: Facts) -> None:
        role = self.roles[key["staff_id"]]
        same = (role.status, role.since, role.person) == ("active", key["staff_since"], key["person"])
        hold(same and role.merchant == key["merchant_id"], "a session begins in a role as it is", key=key, role=role)
        hold(key["person"] == _subject(self.bearer()), "a session is whoever begins it", key=key)
        hold(key["scopes"] == _SCOPES[role.kind], "a session may what its role may", key=key, role=role)
        until = _seconds(key["expires_at"])
        lasts = until - _seconds(key["created_at"])
        hold(lasts == SHIFT_SECONDS, "a shift has twelve hours", key=key)
        owner = key["person"], key.get("person_since", "")
        begun = Session(key["pk"], role.id, role.kind, role.since, *owner, key["wallet"], until)
        self.sessions[begun.id] = begun
        self.effects["till-begun"] += 1

    def _person(self, change: Change, changes: Sequence[Change]) -> None:
        new = change.new or {}
        living = bool(new.get("wallets")) and "deleted_at" not in new
        self.people[change.key[0]] = new.get("sessions_from", {"S": ""})["S"], living

    def _head(self, change: Change, changes: Sequence[Change]) -> None:
        before, now = ((one or {}).get("status", {"S": "active"})["S"] for one in (change.old, change.new))
        if now != before:
            self.stirred[change.key[0]] += 1
            self.frozen[change.key[0]] = now != "active"


def key_of(token: str) -> str:
    """The id of a key or of a session at a till."""
    return "key_" + token[3:29]


def door_of(path: str) -> str:
    """`/v1/payments/pay_…/refunds` → `refunds`."""
    words = [word for word in path.partition("?")[0].split("/") if word and "_" not in word]
    return words[-1]


def _role(change: Change) -> Role:
    found = plain(change.new or {})
    names = ("pk", "merchant_id", "role", "status", "since")
    return Role(*(found[name] for name in names), found.get("person", ""), found["login"])


def _subject(token: str) -> str:
    part = token.split(".")[1] if token.count(".") == 2 else ""
    return str(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"]) if part else ""


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).astimezone(UTC).timestamp()


_Judge = Callable[[Roles, Change, Sequence[Change]], None]
_MOVES: dict[tuple[str, str], _Judge] = {
    ("test-ledger", "MOVEMENT"): Roles._movement,
    ("test-merchants", "CHARGE"): Roles._charge,
    ("test-merchants", "CHECKOUT"): Roles._checkout,
}
"""Of what is new."""
_BECOMES: dict[tuple[str, str], _Judge] = {
    ("test-merchants", "STAFF"): Roles._role,
    ("test-merchants", "KEY"): Roles._key,
    ("test-identity", "USER"): Roles._person,
    ("test-ledger", "HEAD"): Roles._head,
}
