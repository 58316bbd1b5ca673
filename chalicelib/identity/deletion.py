"""Deleting my own account, by mistake too: for thirty days it can be restored, then it is erased.

One transaction closes the wallets and prepaid cards, on condition that they are empty, and marks person and name as
deleted; from then on whoever signs in with the name, or refreshes, is nobody. Restoring is the same transaction
backwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import (
    entering,
    guardians,
    identifiers,
    secrets,
    signing_in,
    store,
    store_deletion,
    store_pushes,
    store_sessions,
    telling,
    throttle,
)
from chalicelib.identity.model import TokensView, User
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_deletion import Account, Ending, RestoreRequest
from chalicelib.identity.model_factors import ChallengeView
from chalicelib.identity.model_trash import KEPT
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import clock, money
from chalicelib.kernel.errors import InvalidCredentials, InvalidToken
from chalicelib.ledger import cards, chart
from chalicelib.ledger import ending as wallets
from chalicelib.ledger import service as ledger
from chalicelib.ledger.cards import Listed
from chalicelib.ledger.model import Draft, Known

DELETIONS_OF_AN_ACCOUNT = (
    Limit("deletions", 5, timedelta(minutes=15)),
    Limit("deletions-day", 20, timedelta(days=1)),
)


def delete(user_id: str, password: str, source_address: str, at: datetime, session_id: str = "") -> None:
    """Raises BalanceLeft, WalletFrozen, InvalidCredentials, TooManyRequests; Forbidden, whatever the token says, of an
    operator: they give back their role first. Once more is as good as once; InvalidToken, though, where the session
    was over before the account was.
    """
    from chalicelib.identity import passwords

    throttle.check(DELETIONS_OF_AN_ACCOUNT, user_id, at)
    account = store_deletion.account(user_id)
    if account is None or not passwords.matches(password, account.user.password_hash):
        raise InvalidCredentials(param="password")
    if account.deleted_at is None:
        if session_id and not store_sessions.goes_on(user_id, session_id, at):
            raise InvalidToken()
        cases.audit(user_id, "account.delete", user_id, "", at, source_address=source_address)
        _end(account.user, at)
    tell(user_id, at)


def restore(claim: RestoreRequest, arrival: Arrival, at: datetime) -> TokensView | ChallengeView:
    """The account first, then in, by the second factor too where there is one.

    Raises TooManyRequests and InvalidCredentials: the same for an unknown name, a wrong password, an account that is
    not deleted and one that is erased, after the same work; tries are counted as those at signing in are."""
    user = signing_in.proved(
        claim.identifier, claim.password, arrival, at, lambda login: _restorable(store.user_id_of(login), at)
    )
    kept = store_deletion.account(user.id)
    if kept is None or not kept.is_restorable(at):
        raise InvalidCredentials()
    cases.audit(kept.user.id, "account.restore", kept.user.id, "", at, source_address=arrival.source_address)
    _begin_again(kept, at)
    tell(kept.user.id, at)
    return entering.with_password(kept.user, arrival, at)


def tell(user_id: str, at: datetime) -> bool:
    """End sessions, a change of a name that waits, and pushes, guard nobody any more and tell the owner.

    Unless that is done. Should it be cut short, the sweep does it; whoever has restored it meanwhile stays.
    """
    ending, account = store_deletion.ending(user_id), store_deletion.account(user_id)
    if ending is None or account is None or not ending.untold:
        return False
    going: frozenset[str] = frozenset()
    if ending.deleted_at is not None:
        going = store_sessions.end_sessions(user_id, spared=account.user.sessions_from)
        guardians.give_all_up(user_id, at)
        identifiers.stop(user_id, at)
    _notify(account.user, ending, at)
    if ending.deleted_at is not None:
        store_pushes.forget_others(user_id, going)
    return store_deletion.told(ending)


def tell_due(at: datetime) -> int:
    return queues.sweep("account-tell", store_deletion.due(store_deletion.TELL, at), lambda found: tell(found, at))


def _restorable(user_id: str | None, at: datetime) -> User | None:
    account = store_deletion.account(user_id or store.NOBODY)
    return account.user if account and account.is_restorable(at) else None


def _end(user: User, at: datetime) -> None:
    logins, owned = _logins(user), cards.listed(user.id)

    def see(now: Listed) -> None:
        nonlocal owned
        owned = now

    def draft(moment: datetime, known: Known) -> Draft:
        closed = wallets.closing((*user.wallets, *owned.ids), known)
        unlent = (wallets.unlent(one, known) for one in _credit(user))
        legs = (*store_deletion.deleting(user, logins, at), cards.still(owned, see), *closed, *unlent)
        return Draft(None, (), None, legs, wallets.refusal(user.wallets, known))

    ledger.commit(draft, at)


def _begin_again(kept: Account, at: datetime) -> None:
    """What ended with the account stays over, should a crash have left any of it."""
    user, deleted_at, logins = kept.user, kept.deleted_at or at, _logins(kept.user)
    accounts = (*user.wallets, *cards.listed(user.id).ids, *cards.heads(_credit(user)))
    store_sessions.end_sessions(user.id)
    identifiers.stop(user.id, at)
    store_pushes.forget_others(user.id)

    def draft(moment: datetime, known: Known) -> Draft:
        legs = (*store_deletion.restoring(user, logins, deleted_at, at), *wallets.reopening(accounts, known))
        return Draft(None, (), None, legs)

    ledger.commit(draft, at)


def _credit(user: User) -> list[str]:
    """Where it is kept what they were lent, if they ever are."""
    return [chart.credit_of(user.id, one) for one in money.EXPONENTS if chart.wallet_of(user.id, one) in user.wallets]


def _logins(user: User) -> tuple[str, ...]:
    return tuple(secrets.login(contact) for contact in user.contacts)


def _notify(user: User, ending: Ending, at: datetime) -> None:
    until = (ending.deleted_at or at) + KEPT
    told = {"until": clock.written(until)}
    telling.tell(user, ending.untold, told, at)
