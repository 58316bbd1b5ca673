"""The ways out: e-mail by SES, text messages by SNS, or the outbox of the local cloud for both."""

from __future__ import annotations

from datetime import datetime

from chalicelib import cloud
from chalicelib.notices import store
from chalicelib.notices.model import channel_of
from chalicelib.settings import settings


def deliver(contact: str, subject: str, body: str, at: datetime) -> None:
    """One AWS call, whoever it is for. `contact` is a canonical e-mail address or E.164 number."""
    channel = channel_of(contact)
    if settings().outbox == "local":
        store.leave_in_outbox(contact, channel, subject, body, at)
    elif channel == "email":
        _email(contact, subject, body)
    else:
        cloud.client("sns").publish(PhoneNumber=contact, Message=body)


def _email(contact: str, subject: str, body: str) -> None:
    cloud.client("ses").send_email(
        Source=settings().email_sender,
        Destination={"ToAddresses": [contact]},
        Message={
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
        },
    )
