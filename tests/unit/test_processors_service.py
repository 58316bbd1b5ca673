"""Which processors exist, and where."""

from __future__ import annotations

import pytest
import stripe as official_stripe

from chalicelib import cloud as cloud_module
from chalicelib import settings as settings_module
from chalicelib.kernel.errors import NotFound
from chalicelib.processors import service, stripe
from tests.environment import secrets


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
    sections = {"sandbox": {"webhook_secret": "s"}, "stripe": {"api_key": "sk_test_1", "webhook_secret": "s"}}
    monkeypatch.setattr(cloud_module, "secret", lambda secret_id: sections)
    assert service.names() == ("sandbox", "stripe")
    assert service.known() == ("sandbox", "stripe", "wechatpay", "alipay")
    assert service.adapter("stripe").account == "test"
    with pytest.raises(NotFound):
        _ = service.adapter("wechatpay").account


@pytest.mark.parametrize("name", ["sandbox", "harbour", "stripe", "wechatpay", "alipay"])
def test_a_section_that_lacks_anything_an_adapter_needs_is_as_good_as_none(
    cloud: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    settings_module.settings.cache_clear()
    whole = secrets()[settings_module.settings().processors_secret_id]
    for missing in whole[name]:
        sections = whole | {name: {key: text for key, text in whole[name].items() if key != missing}}
        monkeypatch.setattr(cloud_module, "secret", lambda secret_id, found=sections: found)
        assert name not in service.names(), missing
        assert len(service.names()) == 4


def test_secrets_are_read_once_and_only_when_needed(aws_calls: list[tuple[str, str]]) -> None:
    adapter = service.adapter("stripe")
    assert aws_calls == []
    assert [adapter.account, adapter.account] == ["test", "test"]
    assert aws_calls == [("secretsmanager", "GetSecretValue")]


def test_the_pinned_stripe_version_is_the_one_its_library_speaks() -> None:
    assert official_stripe.api_version == stripe.API_VERSION
