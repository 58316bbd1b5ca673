"""Where a webhook may go: what a URL may say, and what a name may lead to. The resolver is the test's own."""

from __future__ import annotations

import pytest

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.merchants import addresses
from chalicelib.settings import settings

PUBLIC = ["93.184.215.14", "1.1.1.1", "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"]
NOT_PUBLIC = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "ff02::1", "5f00::1", "nonsense", "",
]  # fmt: skip
GOOD = [
    "https://hooks.tea.example/", "https://hooks.tea.example", "https://hooks.tea.example:443/a?b=c",
    "https://hooks.tea.example:8443/a", "https://HOOKS.tea.example/a", "https://xn--fiqs8s.example/a",
]  # fmt: skip
BAD = [
    "http://hooks.tea.example/", "ftp://hooks.tea.example/", "https://", "hooks.tea.example", "",
    "https://ann:pw@hooks.tea.example/", "https://hooks.tea.example@evil.example/", "https://hooks.tea.example/#a",
    "https://hooks.tea.example:22/", "https://hooks.tea.example:0/", "https://hooks.tea.example:99999/",
    "https://93.184.215.14/", "https://[2606:4700::1]/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/",
    "https://0177.0.0.1/", "https://tea/", "https://tea.example./", "https://-tea.example/", "https://tea_.example/",
    "https://localhost/", "http://127.0.0.1/", "https://[::1]/", "https://coffer.test/v1/webhooks",
    "https://api.coffer.test/", "https://hooks.tea.example\\@evil.example/", "https://hooks.tea.example/a b",
    "https://hooks.tea.example/\r\nx: y", "https://例子.example/", "https://hooks.tea.example/" + "a" * 512,
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_or_embeds_another_address_may_not(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("url", GOOD)
def test_https_to_a_public_name_is_told_things(url: str) -> None:
    found = addresses.place(url)
    assert (found.secure, found.host, found.port) == (True, found.host.lower(), 8443 if "8443" in url else 443)
    assert found.target.startswith("/")


@pytest.mark.parametrize("url", BAD)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        addresses.place(url)
    assert (refused.value.param, refused.value.params) == ("url", {"reason": "webhook-url"})


@pytest.mark.parametrize("found", [[], ["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["2606:4700::1", "::1"]])
def test_a_name_that_leads_nowhere_or_not_only_outside_is_not_reached(found: list[str]) -> None:
    assert addresses.reached(addresses.place(GOOD[0]), lambda host, port: found) == []


def test_a_name_is_looked_up_as_it_was_named() -> None:
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return PUBLIC

    assert addresses.reached(addresses.place("https://hooks.tea.example:8443/"), resolver) == PUBLIC
    assert asked == [("hooks.tea.example", 8443)]


def test_this_machine_is_told_only_where_a_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ADDRESSES", "loopback")
    settings.cache_clear()
    found = addresses.place("http://127.0.0.1:9000/hooks")
    assert (found.authority, addresses.reached(found, lambda host, port: [host])) == ("127.0.0.1:9000", ["127.0.0.1"])
    assert addresses.reached(addresses.place("http://localhost:9000/"), lambda host, port: ["10.0.0.1"]) == []
    with pytest.raises(InvalidRequest):
        addresses.place("http://hooks.tea.example/")
