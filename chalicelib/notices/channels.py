"""The ways out: e-mail by SES, text messages and pushes by SNS, or the outbox of the local cloud for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.notices import store
from chalicelib.notices.model import Attachment, channel_of
from chalicelib.notices.model_reach import Platform
from chalicelib.settings import settings

_SUBJECT = 100
"""The most that SNS takes."""
_DEAD = frozenset({"EndpointDisabled", "EndpointDisabledException", "NotFound", "NotFoundException"})


def deliver(contact: str, subject: str, body: str, at: datetime, attachments: Sequence[Attachment] = ()) -> None:
    """One AWS call, whoever it is for. `contact` is a canonical e-mail address or E.164 number; only e-mail has
    attachments."""
    channel = channel_of(contact)
    if settings().outbox == "local":
        store.leave_in_outbox(contact, channel, subject, body, at, attachments)
    elif channel == "email" and attachments:
        _email_with(contact, subject, body, attachments)
    elif channel == "email":
        _email(contact, subject, body)
    else:
        cloud.client("sns").publish(PhoneNumber=contact, Message=body)


def push(address: str, subject: str, body: str, at: datetime) -> bool:
    """To a device, one AWS call; False if it is dead: the app is gone, or its token is another by now."""
    if settings().outbox == "local":
        store.leave_in_outbox(address, "push", subject, body, at)
        return True
    try:
        cloud.client("sns").publish(TargetArn=address, Subject=subject[:_SUBJECT], Message=body)
    except ClientError as error:
        if error.response["Error"]["Code"] in _DEAD:
            return False
        raise
    return True


def endpoint(platform: Platform, token: str) -> str:
    """The address of a device: in the cloud an SNS platform endpoint. Raises InvalidRequest if nobody pushes there."""
    if settings().outbox == "local":
        return token
    applications = dict(pair.split("=", 1) for pair in settings().push_applications.split())
    if platform not in applications:
        raise InvalidRequest(param="platform")
    made = cloud.client("sns").create_platform_endpoint(PlatformApplicationArn=applications[platform], Token=token)
    address: str = made["EndpointArn"]
    return address


def _email(contact: str, subject: str, body: str) -> None:
    cloud.client("ses").send_email(
        Source=settings().email_sender,
        Destination={"ToAddresses": [contact]},
        Message={
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
        },
    )


def _email_with(contact: str, subject: str, body: str, attachments: Sequence[Attachment]) -> None:
    from email.message import EmailMessage
    from email.policy import SMTP

    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = settings().email_sender, contact, subject
    message.set_content(body)
    for one in attachments:
        kind, _, precisely = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=precisely, filename=one.name)
    cloud.client("ses").send_raw_email(
        Source=settings().email_sender, Destinations=[contact], RawMessage={"Data": message.as_bytes()}
    )
