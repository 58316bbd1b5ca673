"""Notices arrive: by e-mail, by text message, in the inbox, or in the outbox of the local cloud."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime, timedelta
from email import policy
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from chalicelib import cloud as clients
from chalicelib import settings as settings_module
from chalicelib.identity import telling
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.notices import service, tasks
from chalicelib.notices.model import Attachment, Params
from chalicelib.notices.model_reach import Device, Recipient
from tests.conftest import REGION
from tests.people import outbox

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
ENTRY = {
    "pk": "wal_1",
    "sk": "2026-11-22T08:00:00.000000Z",
    "id": "ent_1",
    "movement": "pay_1",
    "kind": "payment",
    "currency": "CNY",
    "postings": {"wal_1": -1250, "sys:settling:CNY": 1250},
    "owner": "usr_1",
}


@pytest.fixture
def real_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOX", "aws")
    settings_module.settings.cache_clear()


def queue_event(*bodies: str) -> dict[str, Any]:
    records = [{"messageId": str(place), "body": body, "eventSource": "aws:sqs"} for place, body in enumerate(bodies)]
    return {"Records": records}


def test_locally_every_message_waits_in_the_outbox(cloud: None) -> None:
    service.send("ann@example.com", "zh", "sign_up_code", {"code": "123456", "minutes": 10, "name": "Ann"}, AT)
    service.send("+8613800138000", "en", "sign_up_known", {}, AT)
    (email,), (text,) = outbox("ann@example.com"), outbox("+8613800138000")
    assert (email["channel"], email["subject"]) == ("email", "您的 Coffer 验证码")
    assert "123456" in email["body"]
    assert (text["channel"], text["subject"]) == ("text", "You already have a Coffer account")


def test_in_the_cloud_mail_goes_by_ses_and_nothing_is_kept(cloud: None, real_channels: None) -> None:
    service.send("ann@example.com", "en", "sign_up_code", {"code": "123456", "minutes": 10, "name": "Ann"}, AT)
    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert sent.destinations["ToAddresses"] == ["ann@example.com"]
    assert "123456" in sent.body
    assert outbox("ann@example.com") == []


def test_what_goes_with_a_mail_goes_by_ses_too_and_locally_is_kept_beside_it(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Params = {"code": "123456", "minutes": 10, "name": "Ann"}
    picture = Attachment("a.png", "image/png", b"\x89PNG")
    service.send("ann@example.com", "en", "sign_up_code", said, AT, attachments=[picture])
    kept = {"name": "a.png", "media_type": "image/png", "content": "iVBORw=="}
    assert service.outbox("ann@example.com")[0]["attachments"] == [kept]
    monkeypatch.setenv("OUTBOX", "aws")
    settings_module.settings.cache_clear()
    service.send("ann@example.com", "zh", "sign_up_code", said, AT, attachments=[picture])
    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    mail = email.message_from_string(sent.raw_data, policy=policy.default)
    assert (mail["Subject"], mail["To"]) == ("您的 Coffer 验证码", "ann@example.com")
    text, attached = mail.iter_parts()
    assert "123456" in text.get_content()
    assert (attached.get_filename(), attached.get_content()) == ("a.png", b"\x89PNG")


def test_in_the_cloud_texts_go_by_sns_and_nothing_is_kept(cloud: None, real_channels: None) -> None:
    service.send("+8613800138000", "en", "sign_up_code", {"code": "123456", "minutes": 10, "name": "Ann"}, AT)
    ((number, message, *_),) = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values()
    assert number == "+8613800138000"
    assert "123456" in message
    assert outbox("+8613800138000") == []


def test_an_entry_is_told_once_however_often_it_is_delivered(cloud: None) -> None:
    for _ in range(3):
        assert tasks.tell(queue_event(json.dumps({"entry": ENTRY})), {"entry": (telling.tell_of_entry,)}) == {
            "batchItemFailures": []
        }
    (notice,), _ = service.inbox("usr_1", None, 10)
    assert (notice.kind, notice.title("en")) == ("payment", "Paid ¥12.50")


def test_a_poisoned_message_does_not_stop_the_good_ones(cloud: None) -> None:
    good = json.dumps({"entry": ENTRY})
    answer = tasks.tell(queue_event("{", json.dumps({"entry": {}}), good), {"entry": (telling.tell_of_entry,)})
    assert [failed["itemIdentifier"] for failed in answer["batchItemFailures"]] == ["0", "1"]
    assert len(service.inbox("usr_1", None, 10)[0]) == 1


def test_of_two_entries_in_a_message_a_poisoned_one_does_not_stop_the_other_and_it_comes_again(cloud: None) -> None:
    both = queue_event(json.dumps({"entry": [{}, ENTRY]}))
    answer = tasks.tell(both, {"entry": (telling.tell_of_entry,)})
    assert [failed["itemIdentifier"] for failed in answer["batchItemFailures"]] == ["0"]
    assert len(service.inbox("usr_1", None, 10)[0]) == 1


def test_the_inbox_shows_the_newest_first_page_by_page(cloud: None) -> None:
    for minute in range(3):
        params = {"amount": minute + 1, "currency": "CNY"}
        service.tell("usr_1", "top_up", params, AT + timedelta(minutes=minute))
    first, position = service.inbox("usr_1", None, 2)
    second, end = service.inbox("usr_1", position, 2)
    assert [notice.params["amount"] for notice in first + second] == [3, 2, 1]
    assert end is None


def test_a_contact_that_is_given_is_told_as_well(cloud: None) -> None:
    params = {"amount": 100, "currency": "CNY"}
    service.tell("usr_1", "top_up", params, AT, contact="ann@example.com", language="en")
    assert outbox("ann@example.com")[0]["subject"] == "¥1.00 has arrived"


@pytest.fixture
def ios(cloud: None, real_channels: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Where pushes to iPhones go, in the cloud."""
    sns = clients.client("sns")
    made = sns.create_platform_application(Name="coffer", Platform="APNS", Attributes={"PlatformCredential": "none"})
    monkeypatch.setenv("PUSH_APPLICATIONS", f"ios={made['PlatformApplicationArn']}")
    settings_module.settings.cache_clear()
    return sns


def test_in_the_cloud_pushes_go_by_sns_to_the_endpoint_of_a_device(ios: Any) -> None:
    address = service.endpoint("ios", "token-1")
    assert address == service.endpoint("ios", "token-1")
    reader = Recipient("usr_1", devices=(Device("dev_1", "ios", address),))
    assert service.tell(reader, "top_up", {"amount": 100, "currency": "CNY"}, AT) == ()
    (endpoint,) = sns_backends[DEFAULT_ACCOUNT_ID][REGION].platform_endpoints.values()
    (message,) = endpoint.messages.values()
    assert "¥1.00" in message


def test_a_device_that_sns_knows_to_be_dead_is_named_and_stops_nobody(ios: Any) -> None:
    alive, dead = (service.endpoint("ios", token) for token in ("token-1", "token-2"))
    ios.set_endpoint_attributes(EndpointArn=dead, Attributes={"Enabled": "false"})
    gone = "arn:aws:sns:eu-west-1:123456789012:endpoint/APNS/coffer/none"
    devices = (Device("dev_1", "ios", dead), Device("dev_2", "ios", gone), Device("dev_3", "ios", alive))
    reader = Recipient("usr_1", devices=devices)
    assert service.tell(reader, "top_up", {"amount": 100, "currency": "CNY"}, AT) == ("dev_1", "dev_2")


def test_a_platform_that_nobody_pushes_to_is_refused(ios: Any) -> None:
    with pytest.raises(InvalidRequest):
        service.endpoint("android", "token-1")


def test_what_happened_once_is_told_once_however_often_it_is_asked_for(cloud: None) -> None:
    reader = Recipient("usr_1", contacts=("ann@example.com",))
    for _ in range(3):
        service.tell(reader, "reminder", {}, AT, once="reminder")
    assert len(outbox("ann@example.com")) == len(service.inbox("usr_1", None, 10)[0]) == 1
