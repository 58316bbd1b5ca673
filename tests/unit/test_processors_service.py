"""Which processors exist, and where."""

from __future__ import annotations

import pytest
import stripe as official_stripe

from chalicelib import cloud as cloud_module
from chalicelib import settings as settings_module
from chalicelib.kernel.errors import NotFound
from chalicelib.processors import service, stripe


@pytest.mark.parametrize("name", ["sandbox", "stripe", "wechatpay", "alipay"])
def test_every_adapter_is_found_by_name(name: str) -> None:
    assert service.adapter(name).name == name


@pytest.mark.parametrize("name", ["", "Stripe", "paypal", "../stripe"])
def test_any_other_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        service.adapter(name)


def test_production_has_no_bank_that_makes_money(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    settings_module.settings.cache_clear()
    assert service.names() == ("stripe", "wechatpay", "alipay")
    with pytest.raises(NotFound):
        service.adapter("sandbox")


def test_a_processor_without_a_section_in_the_secret_is_not_offered_and_disturbs_no_other(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {"sandbox": {}, "stripe": {"api_key": "sk_test_1"}}
    monkeypatch.setattr(cloud_module, "secret", lambda secret_id: sections)
    assert service.names() == ("sandbox", "stripe")
    assert service.known() == ("sandbox", "stripe", "wechatpay", "alipay")
    assert service.adapter("stripe").account == "test"
    with pytest.raises(NotFound):
        _ = service.adapter("wechatpay").account


def test_secrets_are_read_once_and_only_when_needed(aws_calls: list[tuple[str, str]]) -> None:
    adapter = service.adapter("stripe")
    assert aws_calls == []
    assert [adapter.account, adapter.account] == ["test", "test"]
    assert aws_calls == [("secretsmanager", "GetSecretValue")]


def test_the_pinned_stripe_version_is_the_one_its_library_speaks() -> None:
    assert official_stripe.api_version == stripe.API_VERSION
