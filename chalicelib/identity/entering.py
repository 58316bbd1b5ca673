"""Letting somebody in who has proved who they are: a session, a risk that it may carry, word of a new device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib import happenings
from chalicelib.cases import service as cases
from chalicelib.cloud_tables import made, writing
from chalicelib.identity import (
    announcing,
    challenges,
    device_tokens,
    model,
    passkeys,
    secrets,
    sessions,
    store,
    store_sessions,
)
from chalicelib.identity.model import Session, TokensView, User
from chalicelib.identity.model_arrivals import MOST_DEVICES, RISK_LASTS, Arrival, Seen, impossible
from chalicelib.identity.model_factors import CHALLENGE_LIFETIME, ChallengeView
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidCredentials
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices

_MARK_LETTERS = 16


@dataclass(frozen=True, slots=True)
class _Impression:
    """What is unusual, and what to remember for the next time."""

    new_device: bool
    """To be announced."""
    risky: bool
    devices: tuple[str, ...]
    seen: str


def with_password(user: User, arrival: Arrival, at: datetime) -> TokensView | ChallengeView:
    """The password was right: in, or asked for the second factor."""
    if user.second_factors:
        return _asked(user, arrival, at)
    return let_in(user, arrival, at)


def let_in(user: User, arrival: Arrival, at: datetime, *, proved: bool = False) -> TokensView:
    """`proved`: with a second factor. The head is read before the session is written (see `sessions`)."""
    head = ledger.head(user.wallets[0])
    known = device_tokens.again(user.id, arrival.device_token, at)
    device = device_tokens.mark(known)
    session, token = sessions.begun(user.id, arrival.device_name, arrival.user_agent, at, user.sessions_from, device)
    cases.audit(user.id, "session.begin", session.id, "", at, source_address=arrival.source_address)
    found = _impression(user, arrival, proved, at)
    began_at_risk = int((at + RISK_LASTS).timestamp()) if found.risky else 0
    session = replace(session, risky_until=max(began_at_risk, user.risky_until))
    _keep(user, replace(session, proved=proved), found)
    if found.new_device:
        _tell(user, arrival, at)
    way = "second-factor" if proved else "password"
    region, country = user.jurisdiction, arrival.country
    happenings.tell(
        "sign-in", at, "succeeded", user_id=user.id, method=way, region=region, country=country, device=device
    )
    return sessions.issued(user, token, head.epoch, head.tier, at, known, replace(session, proved=proved))


def refused(user: User | None, reason: str, arrival: Arrival, at: datetime) -> None:
    """Told of everybody alike: the same calls, whoever it is or is not."""
    who, region = (user.id, user.jurisdiction) if user else ("", "")
    device, country = device_tokens.mark(arrival.device_token), arrival.country
    happenings.tell("sign-in", at, "refused", user_id=who, reason=reason, region=region, country=country, device=device)


def _announced_as(arrival: Arrival, at: datetime) -> str:
    """A short mark of what it calls itself on that day: whoever shows no token of ours is announced once a day."""
    called = (arrival.user_agent, arrival.device_name or "", f"{at:%Y-%m-%d}")
    return secrets.mark("announced-device", *called)[:_MARK_LETTERS]


def _asked(user: User, arrival: Arrival, at: datetime) -> ChallengeView:
    challenge = challenges.made("second-factor", user.id, at, arrival.device_name, user.cooling_until)
    methods = (*user.second_factors, "recovery-code")
    by_passkey = passkeys.options_to_sign(challenge) if user.passkeys else None
    return ChallengeView(challenge, methods, int(CHALLENGE_LIFETIME.total_seconds()), by_passkey)


def _impression(user: User, arrival: Arrival, proved: bool, at: datetime) -> _Impression:
    """Whoever came from nowhere a person could have is not who the next one is measured by."""
    mark, too_fast = _announced_as(arrival, at), impossible(Seen.read(user.last_seen_from), arrival.place, at)
    new = mark not in user.devices and not device_tokens.known(user.id, arrival.device_token)
    stranger = bool(user.devices) and not (proved or _long_known(user, arrival, at))
    return _Impression(
        new_device=new and bool(user.devices),
        risky=stranger or too_fast,
        devices=(*user.devices, mark)[-MOST_DEVICES:] if new else user.devices,
        seen=Seen(at, arrival.place).written if arrival.place and (proved or not too_fast) else user.last_seen_from,
    )


def _long_known(user: User, arrival: Arrival, at: datetime) -> bool:
    """For a day, or since they signed up with it: what it calls itself, whoever copies that says as well."""
    since = device_tokens.since(user.id, arrival.device_token)
    return since is not None and since <= max(at - RISK_LASTS, user.created_at)


def _keep(user: User, session: Session, found: _Impression) -> None:
    """The session, and with it what is new about the person.

    Raises InvalidCredentials if they are gone, or since `user` was read their password was reset, or a second factor
    turned on that the session has not proved.
    """

    def together() -> None:
        with writing() as transaction:
            store.remembering(transaction, user, found.devices, found.seen, session.proved)
            store_sessions.keeping(transaction, session)

    unchanged = (found.devices, found.seen) == (user.devices, user.last_seen_from)
    if not (store_sessions.put_session(user, session) if unchanged else made(together)):
        raise InvalidCredentials()


def _tell(user: User, arrival: Arrival, at: datetime) -> None:
    """The message says which device and where; the inbox, where it is kept, only when."""
    time = clock.written(at)
    notices.tell(user.id, "new_device", {"time": time}, at)
    device = model.shown_name(arrival.device_name) if arrival.device_name else "–"
    place = arrival.place.country if arrival.place and arrival.place.country else "–"
    told = {"device": device, "time": time, "place": place}
    announcing.message(user, "new_device_message", told, at)
