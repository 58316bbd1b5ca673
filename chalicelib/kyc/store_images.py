"""Images, in a bucket of their own, which encrypts what it is given; they reach it and leave it by links of minutes."""

from __future__ import annotations

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kyc.model import UPLOAD_SECONDS, Image, UploadView
from chalicelib.settings import settings

_LINK_SECONDS, _BEGINNING = 300, "bytes=0-15"


def upload(image: Image) -> UploadView:
    """A link that takes this very number of bytes as this very type; made without a call."""
    place = {"Bucket": settings().documents_bucket, "Key": image.key}
    exact = {"ContentType": image.type, "ContentLength": image.bytes}
    url = cloud.client("s3").generate_presigned_url("put_object", Params=place | exact, ExpiresIn=UPLOAD_SECONDS)
    return UploadView(url, {"Content-Type": image.type})


def link(image: Image) -> str:
    place = {"Bucket": settings().documents_bucket, "Key": image.key}
    url: str = cloud.client("s3").generate_presigned_url("get_object", Params=place, ExpiresIn=_LINK_SECONDS)
    return url


def arrived(image: Image) -> tuple[int, bytes] | None:
    """How many bytes are there, and how they begin; None if nothing is."""
    try:
        found = cloud.client("s3").get_object(Bucket=settings().documents_bucket, Key=image.key, Range=_BEGINNING)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    return int(found["ContentRange"].rpartition("/")[2]), found["Body"].read()


def delete(images: tuple[Image, ...]) -> None:
    """Once or many times."""
    for image in images:
        cloud.client("s3").delete_object(Bucket=settings().documents_bucket, Key=image.key)
