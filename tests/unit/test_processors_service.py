"""Which processors exist, and where."""

from __future__ import annotations

import pytest
import stripe as official_stripe

from chalicelib import settings as settings_module
from chalicelib.kernel.errors import NotFound
from chalicelib.processors import service, stripe


@pytest.mark.parametrize("name", ["sandbox", "stripe"])
def test_both_adapters_are_found_by_name(name: str) -> None:
    assert service.adapter(name).name == name


@pytest.mark.parametrize("name", ["", "Stripe", "paypal", "../stripe"])
def test_any_other_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        service.adapter(name)


def test_production_has_no_bank_that_makes_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    settings_module.settings.cache_clear()
    assert service.names() == ("stripe",)
    with pytest.raises(NotFound):
        service.adapter("sandbox")


def test_secrets_are_read_once_and_only_when_needed(aws_calls: list[tuple[str, str]]) -> None:
    adapter = service.adapter("stripe")
    assert aws_calls == []
    assert [adapter.account, adapter.account] == ["test", "test"]
    assert aws_calls == [("secretsmanager", "GetSecretValue")]


def test_the_pinned_stripe_version_is_the_one_its_library_speaks() -> None:
    assert official_stripe.api_version == stripe.API_VERSION
