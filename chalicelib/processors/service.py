"""Which processors there are. Sandbox banks make money out of nothing: they do not exist in `prod`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib import cloud
from chalicelib.kernel.errors import NotFound
from chalicelib.processors.model import Adapter
from chalicelib.processors.sandbox import Sandbox
from chalicelib.processors.stripe import Stripe
from chalicelib.settings import settings

PRODUCTION = "prod"
_SANDBOXES = frozenset({"sandbox", "harbour"})


def _secret_of(name: str) -> Callable[[], Mapping[str, str]]:
    def secret() -> Mapping[str, str]:
        section: Mapping[str, str] = cloud.secret(settings().processors_secret_id)[name]
        return section

    return secret


_ADAPTERS: dict[str, Callable[[], Adapter]] = {
    "sandbox": lambda: Sandbox(settings().sandbox_url, _secret_of("sandbox")),
    "harbour": lambda: Sandbox(settings().harbour_url, _secret_of("harbour"), name="harbour"),
    "stripe": lambda: Stripe(settings().stripe_url, _secret_of("stripe")),
}


def names() -> tuple[str, ...]:
    """The processors a customer may choose in this stage."""
    chosen = settings()
    hidden = _SANDBOXES if chosen.stage == PRODUCTION else frozenset() if chosen.harbour_url else {"harbour"}
    return tuple(name for name in _ADAPTERS if name not in hidden)


def adapter(name: str) -> Adapter:
    """Raises NotFound for a processor that this stage does not have."""
    if name not in names():
        raise NotFound
    return _ADAPTERS[name]()
