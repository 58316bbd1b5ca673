"""Signing up: a wish, a code sent to the name, and a person once the code has come back.

A stranger who signs up with my name takes nothing away from me: several sign-ups may wait for one name, each with its
own code, whose message names the account it is for, and each code completes the one it was sent for. A client that
sends a `sign_up_secret` with both calls cannot complete a stranger's even if their code is typed.

Whether a name is known never shows: known and unknown take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib import happenings
from chalicelib.cases import service as cases
from chalicelib.identity import (
    codes,
    consents,
    device_tokens,
    model,
    model_codes,
    names,
    secrets,
    sessions,
    store,
    store_sign_ups,
    throttle,
    vault,
)
from chalicelib.identity.model import SignUp, SignUpRequest, User, VerifyRequest, WelcomeView
from chalicelib.identity.model_arrivals import FIRST_DEVICE
from chalicelib.identity.store import LoginItem
from chalicelib.kernel import entropy, ids
from chalicelib.kernel.errors import InvalidOrExpired
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.policy import service as policy


def sign_up(wish: SignUpRequest, source_address: str, at: datetime) -> None:
    """Send a code to a new name, or word of the attempt to the owner of a known one.

    Raises InvalidRequest, TooManyRequests.
    """
    from chalicelib.identity import passwords

    identifier = names.canonical(wish.identifier)
    login = secrets.login(identifier)
    display_name = model.tidy_name(wish.display_name)
    passwords.check(wish.password, personal=(identifier, display_name))
    policy.currency_of(wish.jurisdiction, at)
    agreed = consents.signable(wish.consents or (), at)
    vault.ready()
    throttle.check(throttle.CODES_FROM_AN_ADDRESS, source_address, at)
    throttle.check(throttle.CODES_TO_A_NAME, login, at)
    code, language = entropy.digits(model_codes.DIGITS), model.language_of(wish.locale)
    waiting = SignUp(
        user_id=ids.new("usr", at),
        identifier=identifier,
        password_hash=passwords.hashed(wish.password),
        display_name=display_name,
        locale=language,
        jurisdiction=wish.jurisdiction,
        code_mark=codes.marked("sign-up", login, code, wish.sign_up_secret or ""),
        expires_at=at + model_codes.LIFETIME,
        consents=agreed,
    )
    name = store.name_of(login)
    owner, kind = store.user(name.user_id if name else store.NOBODY), _told(name)
    store_sign_ups.put_sign_up(login, waiting)
    told: Params = {"code": code, "minutes": model_codes.MINUTES, "name": model.shown_name(display_name)}
    notices.send(identifier, owner.locale if owner else language, kind, told, at, phrase=owner.phrase if owner else "")


def verify(proof: VerifyRequest, user_agent: str, at: datetime, source_address: str = "") -> WelcomeView:
    """A user with an open wallet and a first session, for the right code. Raises InvalidOrExpired."""
    login = secrets.login(names.canonical(proof.identifier))
    vault.ready()
    given = codes.marked("sign-up", login, proof.code, proof.sign_up_secret or "")
    proved = [waiting for waiting in store_sign_ups.count_try(login, at) if codes.same(waiting.code_mark, given)]
    if not proved:
        raise InvalidOrExpired(param="code")
    user = replace(_opened(proved[0], at), devices=(FIRST_DEVICE,))
    epoch = ledger.head(user.wallets[0]).epoch
    known = device_tokens.token(user.id, at, proof.device_token)
    session, token = sessions.begun(user.id, proof.device_name, user_agent, at, device=device_tokens.mark(known))
    cases.audit(user.id, "account.open", user.id, "", at, source_address=source_address, session=session.id)
    said = consents.signed(user.id, proved[0].consents, at)
    if not store_sign_ups.welcome(login, proved[0], user, session, said):
        raise InvalidOrExpired(param="code")
    region, device = user.jurisdiction, session.device
    happenings.tell("sign-up", at, "succeeded", user_id=user.id, region=region, device=device, once=user.id)
    return WelcomeView.of(user.view, sessions.issued(user, token, epoch, user.tier, at, known, session))


def _told(name: LoginItem | None) -> str:
    if name is None:
        return "sign_up_code"
    return "sign_up_deleted" if name.deleted_at else "sign_up_known"


def _opened(waiting: SignUp, at: datetime) -> User:
    """The user to be. The wallet comes first: a user without one is never seen, a wallet without one does no harm."""
    currency = policy.currency_of(waiting.jurisdiction, at)
    wallet = chart.wallet_of(waiting.user_id, currency)
    ledger.open_wallet(wallet, waiting.user_id, currency, model.FIRST_TIER, at)
    return User(
        id=waiting.user_id,
        identifier=waiting.identifier,
        password_hash=waiting.password_hash,
        display_name=waiting.display_name,
        locale=waiting.locale,
        jurisdiction=waiting.jurisdiction,
        tier=model.FIRST_TIER,
        role=model.CUSTOMER,
        wallets=(wallet,),
        created_at=at,
    )
