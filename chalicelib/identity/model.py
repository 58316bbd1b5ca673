"""People, their sessions, and the rules about both. No AWS."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated

import msgspec

from chalicelib.identity import names
from chalicelib.identity.model_consents import Agreements
from chalicelib.kernel import clock, roles
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.notices.model_reach import SWITCHED_OFF, Recipient, Switch
from chalicelib.policy.model import Large

CUSTOMER = "customer"
OPERATOR_ROLES = roles.ROLES
SESSION_LIFETIME = timedelta(days=30)
LOST_ANSWER_WINDOW = timedelta(seconds=60)
FIRST_TIER = 0
_SHOWN_LENGTH, _PLAIN = 24, " -'’·"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Identifier = Annotated[str, msgspec.Meta(min_length=3, max_length=names.MAX_LENGTH, description="E-mail or phone")]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
AnyPassword = Annotated[str, msgspec.Meta(max_length=1024)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=32, description="Six digits")]
DisplayName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
DeviceName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Locale = Annotated[str, msgspec.Meta(pattern=r"^(en|zh)([-_][A-Za-z0-9]{1,8}){0,3}$", description="en or zh")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]

SignUpSecret = Annotated[
    str,
    msgspec.Meta(
        min_length=16,
        max_length=128,
        description="Chance, made by the client for this sign-up and sent again with the code: no code completes "
        "a sign-up that somebody else began",
    ),
]

DeviceToken = Annotated[
    str,
    msgspec.Meta(
        max_length=128,
        description="What this device was given when it last signed in: its tries are counted by themselves, and a day "
        "after it was first given the device is no new one any more",
    ),
]


class SignUpRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    password: Password
    display_name: DisplayName
    locale: Locale
    jurisdiction: Country
    sign_up_secret: SignUpSecret | None = None
    consents: Agreements | None = None


class SignUpView(msgspec.Struct, frozen=True):
    status: str


class VerifyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    code: Code
    device_name: DeviceName | None = None
    sign_up_secret: SignUpSecret | None = None
    device_token: DeviceToken | None = None


class SignInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    password: AnyPassword
    device_name: DeviceName | None = None
    device_token: DeviceToken | None = None


class RefreshRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, msgspec.Meta(max_length=1024)]


class ProfileRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    display_name: DisplayName | None = None
    locale: Locale | None = None


class TokensView(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_in: int
    session_id: str
    token_type: str = "Bearer"
    device_token: str | msgspec.UnsetType = msgspec.UNSET
    """For the device to keep, and to bring when it signs in again."""


class UserView(msgspec.Struct, frozen=True):
    id: str
    display_name: str
    identifier: str
    """Masked."""
    locale: str
    jurisdiction: str
    tier: int
    wallets: tuple[str, ...]
    created_at: str
    ways: tuple[str, ...] = ()
    """How they can step up: `pin`, `passkey`, `totp`."""
    large: Large | msgspec.UnsetType = msgspec.UNSET
    """Of a customer's own profile."""


class WelcomeView(msgspec.Struct, frozen=True):
    user: UserView
    access_token: str
    refresh_token: str
    expires_in: int
    session_id: str
    token_type: str = "Bearer"
    device_token: str | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, user: UserView, tokens: TokensView) -> WelcomeView:
        return cls(user, **msgspec.structs.asdict(tokens))


class SessionView(msgspec.Struct, frozen=True):
    id: str
    device_name: str | None
    created_at: str
    last_used_at: str
    current: bool


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a person wants to become, until the code proves that the identifier is theirs."""

    user_id: str
    identifier: str
    password_hash: str
    display_name: str
    locale: str
    jurisdiction: str
    code_mark: str
    expires_at: datetime
    place: int = 0
    """Which of those that wait for the same name."""
    consents: Agreements = ()


@dataclass(frozen=True, slots=True)
class User:
    id: str
    identifier: str
    password_hash: str
    display_name: str
    locale: str
    jurisdiction: str
    tier: int
    role: str
    wallets: tuple[str, ...]
    created_at: datetime
    second_contact: str = ""
    """The other way to reach them, and a login name too: a phone beside an e-mail address, or the other way round."""
    phrase: str = ""
    ui_mode: str = "standard"
    reminders: str = "quarterly"
    switched_off: frozenset[Switch] = SWITCHED_OFF
    guardian: str = ""
    """The user who must agree to large payments."""
    cooling_until: int = 0
    """Epoch seconds; 0 is never. Until then payouts and large payments wait, after a reset or a change of a name."""
    sessions_from: str = ""
    """When all sessions of before ended at once, as it is written; every session keeps the one that it began under."""
    totp_on: bool = False
    passkeys: int = 0
    """How many."""
    pin_on: bool = False
    devices: tuple[str, ...] = ()
    """Short marks of those that signed in, the newest last."""
    last_seen_from: str = ""
    """When and where the last sign-in was, as `model_arrivals` writes it."""
    risky_until: int = 0
    """Epoch seconds; until then what begins is at risk: what they did was unlike them."""

    @property
    def contacts(self) -> tuple[str, ...]:
        """Every login name, the first one first."""
        return (self.identifier, self.second_contact) if self.second_contact else (self.identifier,)

    @property
    def recipient(self) -> Recipient:
        """Who is told, at their contacts; `telling` adds their devices."""
        return Recipient(
            self.id,
            self.locale,
            self.contacts,
            self.phrase,
            self.switched_off,
            jurisdiction=self.jurisdiction,
        )

    @property
    def second_factors(self) -> tuple[str, ...]:
        """What a password is not enough without."""
        return (*(("totp",) if self.totp_on else ()), *(("passkey",) if self.passkeys else ()))

    @property
    def ways(self) -> tuple[str, ...]:
        """How they can step up."""
        return (*(("pin",) if self.pin_on else ()), *reversed(self.second_factors))

    @property
    def view(self) -> UserView:
        return UserView(
            self.id,
            self.display_name,
            names.masked(self.identifier),
            self.locale,
            self.jurisdiction,
            self.tier,
            self.wallets,
            clock.written(self.created_at),
            self.ways,
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A family of refresh tokens: the hash of the one that is good, and of the one before."""

    id: str
    user_id: str
    device_name: str | None
    device_mark: str
    created_at: datetime
    last_used_at: datetime
    rotated_at: datetime
    expires_at: datetime
    current: str
    previous: str = ""
    proved: bool = False
    """It began with a second factor, or has set one up."""
    risky_until: int = 0
    """Seconds since 1970."""
    since: str = ""
    """The person's `sessions_from` when it began: with another one now, it is over, whatever clocks say."""
    device: str = ""
    """A mark of its device, the same for whoever else signs in there."""

    def view(self, current_id: str) -> SessionView:
        created, used = clock.written(self.created_at), clock.written(self.last_used_at)
        return SessionView(self.id, self.device_name, created, used, self.id == current_id)


class Use(Enum):
    """What presenting a refresh token means."""

    ROTATE = "good"
    REPEAT = "its answer was lost: the same successor again"
    REVOKE = "used before: somebody has a copy"
    IGNORE = "its session is over"


def judge(session: Session | None, presented: str, device_mark: str, at: datetime) -> Use:
    """`presented` is the hash of a token that we made for this session, some time."""
    if session is None or session.expires_at <= at:
        return Use.IGNORE
    if presented == session.current:
        return Use.ROTATE
    fresh = at - session.rotated_at <= LOST_ANSWER_WINDOW
    if presented == session.previous and fresh and device_mark == session.device_mark:
        return Use.REPEAT
    return Use.REVOKE


def language_of(locale: str) -> str:
    """`zh-CN` → `zh`."""
    return locale[:2]


def tidy_name(typed: str, param: str = "display_name") -> str:
    """NFC, no space around it, no control characters. Raises InvalidRequest."""
    name = unicodedata.normalize("NFC", typed).strip()
    if not name or _CONTROL.search(name):
        raise InvalidRequest(param=param)
    return name


def shown_name(name: str) -> str:
    """A name that a stranger may have made up, as we write it to others: letters, and no link or code among them."""
    kept = "".join(letter if letter in _PLAIN or unicodedata.category(letter)[0] in "LM" else "•" for letter in name)
    return kept if len(kept) <= _SHOWN_LENGTH else kept[: _SHOWN_LENGTH - 1] + "…"


def tidy_code(typed: str) -> str:
    """As a person may paste it: full-width digits, spaces and hyphens."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
