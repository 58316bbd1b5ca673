"""What a person hands in, and what becomes of it: asked about, screened, accepted, told of, forgotten in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import service as identity
from chalicelib.identity import telling, throttle
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.kyc import model, screening, store, store_images, tiers
from chalicelib.kyc.lists import NoList
from chalicelib.kyc.model import (
    Document,
    DocumentDecision,
    DocumentRequest,
    HandedInView,
    Image,
    PersonsDocumentView,
    State,
)
from chalicelib.kyc.verification import NoAnswer, NobodyToAsk, provider
from chalicelib.notices.model import Params

CASE = "person-unverified"
DOCUMENTS_OF_A_PERSON = (Limit("documents-day", 10, timedelta(days=1)),)
_LOOK_AGAIN = timedelta(hours=1)
_ASKED_OUT = len(model.ASK_AGAIN) + 1
"""So many tries mean that it is a person's work."""
_ASKED = ("asked", "unknown")


def hand_in(user_id: str, wish: DocumentRequest, at: datetime) -> HandedInView:
    """Where to put the images; nobody looks at it before it is submitted. Raises InvalidRequest, TooManyRequests."""
    document = model.checked(wish, ids.new("kyd", at), user_id, at)
    throttle.check(DOCUMENTS_OF_A_PERSON, user_id, at)
    store.put(document)
    return document.view(tuple(store_images.upload(one) for one in document.images))


def submit(user_id: str, document_id: str, at: datetime) -> HandedInView:
    """Once more is as good as once. Raises NotFound, InvalidRequest (an image is not there, or not what was said)."""
    document = _own(user_id, document_id)
    if document.state != "uploading":
        return document.view()
    store.submit(document, tuple(_arrived(image, place) for place, image in enumerate(document.images)), at)
    return _own(user_id, document_id).view()


def _arrived(image: Image, place: int) -> Image:
    found = store_images.arrived(image)
    if found is None:
        raise InvalidRequest(param="images", reason="missing", image=place)
    there, size, beginning = found
    if size != image.bytes or not model.is_image(image.type, beginning):
        raise InvalidRequest(param="images", reason="not-as-said", image=place)
    return there


def of_person(by: Operator, user_id: str, at: datetime) -> list[PersonsDocumentView]:
    """In clear; the look is in the log first. Raises NotFound, SecondPersonRequired: how far it is would tell them
    what they do not learn as customers."""
    by.require_other(user_id)
    found = store.every(user_id) if ids.is_id(user_id, "usr") else []
    if not found and identity.person(user_id) is None:
        raise NotFound()
    cases.audit(by.user_id, "person.see-documents", user_id, "", at, source_address=by.source_address)
    return [_shown(one) for one in found]


def _shown(document: Document) -> PersonsDocumentView:
    """Its images are those that were submitted, or none."""
    if document.state == "uploading":
        return document.in_clear(())
    if not store_images.unchanged(document.images):
        return document.in_clear((), changed=True)
    return document.in_clear(tuple(store_images.link(image) for image in document.images))


def decide(by: Operator, user_id: str, document_id: str, wish: DocumentDecision, at: datetime) -> PersonsDocumentView:
    """By hand. Who is verified so is screened as everybody is. Raises NotFound, InvalidRequest, SecondPersonRequired
    (it is their own), InvalidState (decided; images-changed: what is there is not what was submitted)."""
    reason, document = model.tidy_reason(wish.reason), _own(user_id, document_id)
    by.require_other(user_id)
    if document.state not in _ASKED:
        raise InvalidState(state=document.shown)
    verified = wish.decision == "verify"
    if verified and not store_images.unchanged(document.images):
        raise InvalidState(state="images-changed")
    told = {"source_address": by.source_address, "decision": wish.decision}
    cases.audit(by.user_id, "person.decide-document", user_id, reason, at, document=document_id, **told)
    done = store.change(document, "verified", at) if verified else _refuse(document, "not-accepted", at)
    now, wanted = _own(user_id, document_id), ("verified" if verified else "refused", document.version + 1)
    if not done and (now.state, now.version) != wanted:
        raise InvalidState(state="changed")
    return now.in_clear(())


def go_on_due(at: datetime) -> int:
    """The sweep's part: candidates only, conditions decide."""
    return queues.sweep("documents", store.due(at), lambda found: go_on(*found, at))


def go_on(user_id: str, document_id: str, at: datetime) -> bool:
    """The next step, if one is due. Every step may be repeated: whoever dies in the middle is followed by the next."""
    was = store.find(user_id, document_id)
    if was is None or was.due_at is None or was.due_at > at:
        return False
    return _STEPS[was.state](was, at)


def _ask(was: Document, at: datetime) -> bool:
    try:
        found = provider().verify(was)
    except NobodyToAsk:
        return _leave_to_a_person(was, at)
    except NoAnswer:
        next_at = was.next_at(at)
        if next_at is None:
            return _leave_to_a_person(was, at)
        return store.change(was, "unknown", next_at, tries=was.tries + 1)
    if found.state == "verified":
        return store.change(was, "verified", at)
    return _refuse(was, found.reason, at, "refused" if found.state == "refused" else "needs-more")


def _leave_to_a_person(was: Document, at: datetime) -> bool:
    facts = {"user_id": was.user_id, "kind": was.kind}
    cases.open_case(CASE, was.id, facts, at + model.CASE_DUE, at, about=was.user_id)
    return store.change(was, "unknown", None, tries=_ASKED_OUT)


def _refuse(was: Document, reason: str, at: datetime, state: State = "refused") -> bool:
    cases.audit("sweep", "person.refuse-document", was.user_id, "", at, document=was.id, reason=reason)
    return store.change(was, state, at, reason=reason, decided_at=clock.written(at))


def _screen(was: Document, at: datetime) -> bool:
    """Without a list everybody waits; whoever may be on it comes by every hour, should a decision be missed."""
    _close_case(was)
    user = identity.person(was.user_id)
    if user is None:
        return store.change(was, was.state, at + model.CASE_DUE)
    try:
        found = screening.screen(user, was.full_name, was.born_on, at)
    except NoList:
        return store.change(was, was.state, at + _LOOK_AGAIN)
    if found == "cleared":
        return tiers.accept(was, user, at)
    if found == "confirmed":
        fades = at + tiers.kept(user.jurisdiction, at)
        return store.change(was, "withheld", fades, decided_at=clock.written(at))
    return store.change(was, "screened", at + _LOOK_AGAIN)


def _keep(was: Document, at: datetime) -> bool:
    """Of one that was accepted: told, warned of its end, ended, its images gone in time."""
    user = identity.person(was.user_id)
    if user is None:
        return store.change(was, was.state, at + model.CASE_DUE)
    kept = tiers.kept(user.jurisdiction, at)
    if not was.told:
        _tell(was, "identity_accepted", was.decided_at or at)
        return _then(was, replace(was, told="accepted"), kept, at)
    if was.lapses_at is not None and was.lapses_at <= at:
        return tiers.lapse(was, user, at)
    ends = was.expires_at
    if ends is not None and ends - model.NOTICE_BEFORE <= at and was.told != "expires-soon":
        if was.id not in replaced(store.every(was.user_id), at):
            until: Params = {"until": clock.written(was.lapses_at or ends)}
            _tell(was, "identity_expires_soon", ends - model.NOTICE_BEFORE, until)
        return _then(was, replace(was, told="expires-soon"), kept, at)
    if was.images and was.fades_at(kept, at) <= at:
        store_images.delete(was.images)
        return _then(was, model.without_secrets(was), kept, at, images=None, number=None)
    return _then(was, was, kept, at)


def _end(was: Document, at: datetime) -> bool:
    """Of one that was not accepted, or is no more: told, and after its time forgotten as a whole."""
    _close_case(was)
    if was.told != was.state:
        _tell_end(was, at)
        return store.change(was, was.state, at + model.REFUSED_KEPT, told=was.state)
    return _forget(was, at)


def _tell_end(was: Document, at: datetime) -> None:
    """Of one that has ended, nothing where another of its kind stands: no limit is lower for that."""
    kinds = {"refused": "identity_refused", "needs-more": "identity_needs_more", "expired": "identity_lapsed"}
    if was.state != "expired":
        _tell(was, kinds[was.state], was.decided_at or at)
    elif not any(one.kind == was.kind and one.stands(at) for one in store.every(was.user_id)):
        _tell(was, kinds[was.state], was.lapses_at or at)


def _forget(was: Document, at: datetime) -> bool:
    store_images.delete(was.images)
    return store.delete(was)


def _fade(was: Document, at: datetime) -> bool:
    """Of one whose owner is on a list: that it was handed in stays."""
    store_images.delete(was.images)
    return store.change(was, was.state, None, images=None, number=None)


_STEPS: dict[State, Callable[[Document, datetime], bool]] = {
    "uploading": _forget,
    "asked": _ask,
    "unknown": _ask,
    "verified": _screen,
    "screened": _screen,
    "accepted": _keep,
    "refused": _end,
    "needs-more": _end,
    "expired": _end,
    "withheld": _fade,
}


def replaced(documents: list[Document], at: datetime) -> set[str]:
    """Of those that end, which have another of their kind that goes on."""
    good = [one for one in documents if one.is_good(at)]
    far = at + model.NOTICE_BEFORE
    lasting = {one.kind: one.id for one in good if one.expires_at is None or one.expires_at > far}
    return {one.id for one in documents if lasting.get(one.kind, one.id) != one.id}


def _then(was: Document, now: Document, kept: timedelta, at: datetime, **facts: None) -> bool:
    return store.change(was, was.state, now.next_of_accepted(kept, at), told=now.told, **facts)


def _tell(was: Document, kind: str, at: datetime, params: Params | None = None) -> None:
    telling.tell_id(was.user_id, kind, params or {}, at, once=f"{kind} {was.id}")


def _close_case(was: Document) -> None:
    if was.tries >= _ASKED_OUT:
        cases.close(CASE, was.id, "decided")


def _own(user_id: str, document_id: str) -> Document:
    found = store.find(user_id, document_id) if ids.is_id(document_id, "kyd") else None
    if found is None:
        raise NotFound()
    return found
