"""Which processors there are. Sandbox banks make money out of nothing: they do not exist in `prod`."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib import cloud
from chalicelib.kernel.errors import NotFound
from chalicelib.processors.model import Adapter, Secret
from chalicelib.processors.sandbox import Sandbox
from chalicelib.processors.stripe import Stripe
from chalicelib.settings import settings

PRODUCTION = "prod"
_SANDBOXES = frozenset({"sandbox", "harbour"})


def _secret_of(name: str) -> Callable[[], Secret]:
    def secret() -> Secret:
        """Raises NotFound for a processor that nobody has configured."""
        section: Secret | None = cloud.secret(settings().processors_secret_id).get(name)
        if section is None:
            raise NotFound(param="processor")
        return section

    return secret


def _wechatpay() -> Adapter:
    from chalicelib.processors.wechatpay import WechatPay

    return WechatPay(settings().wechatpay_url, _secret_of("wechatpay"), _webhooks_of("wechatpay"))


def _alipay() -> Adapter:
    from chalicelib.processors.alipay import Alipay

    return Alipay(settings().alipay_url, _secret_of("alipay"), _webhooks_of("alipay"))


def _webhooks_of(name: str) -> str:
    return f"{settings().public_url}/v1/webhooks/{name}"


_ADAPTERS: dict[str, Callable[[], Adapter]] = {
    "sandbox": lambda: Sandbox(settings().sandbox_url, _secret_of("sandbox")),
    "harbour": lambda: Sandbox(settings().harbour_url, _secret_of("harbour"), name="harbour"),
    "stripe": lambda: Stripe(settings().stripe_url, _secret_of("stripe")),
    "wechatpay": _wechatpay,
    "alipay": _alipay,
}


_NEEDED = {
    "sandbox": {"webhook_secret"},
    "harbour": {"webhook_secret"},
    "stripe": {"api_key", "webhook_secret"},
    "wechatpay": {"mchid", "appid", "serial", "private_key", "api_v3_key", "platform_keys"},
    "alipay": {"app_id", "seller_id", "private_key", "alipay_public_key"},
}
"""What a section of the secret must hold before its processor can be asked for anything."""


def known() -> tuple[str, ...]:
    """The processors that this stage can speak to, configured or not. Asks nobody."""
    chosen = settings()
    hidden = _SANDBOXES if chosen.stage == PRODUCTION else frozenset() if chosen.harbour_url else {"harbour"}
    return tuple(name for name in _ADAPTERS if name not in hidden)


def names() -> tuple[str, ...]:
    """The processors a customer may choose in this stage: those whose section in the secret has all that they need."""
    configured = cloud.secret(settings().processors_secret_id)
    return tuple(name for name in known() if _NEEDED[name] <= {*configured.get(name, {})})


def is_set_up(name: str) -> bool:
    """Whether it can be asked for anything."""
    return name in names()


def adapter(name: str) -> Adapter:
    """Raises NotFound for a processor that this stage does not have; its secret is looked at when it is needed."""
    if name not in known():
        raise NotFound
    return _ADAPTERS[name]()
