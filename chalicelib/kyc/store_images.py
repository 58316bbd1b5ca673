"""Images, in a bucket of their own, which encrypts what it is given; they reach it and leave it by links of minutes.

What was handed in is known by its ETag, which S3 gives every content: nobody is shown another one under its name.
"""

from __future__ import annotations

from dataclasses import replace

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kyc.model import UPLOAD_SECONDS, Image, UploadView
from chalicelib.settings import settings

_LINK_SECONDS, _BEGINNING = 300, "bytes=0-15"
_GONE = ("NoSuchKey", "AccessDenied", "404", "403")
"""S3 says that nothing is there to whoever may list, otherwise that they may not; without a body, in figures."""


def upload(image: Image) -> UploadView:
    """A link that takes this very number of bytes as this very type, once; made without a call."""
    place = {"Bucket": settings().documents_bucket, "Key": image.key}
    exact = {"ContentType": image.type, "ContentLength": image.bytes, "IfNoneMatch": "*"}
    url = cloud.client("s3").generate_presigned_url("put_object", Params=place | exact, ExpiresIn=UPLOAD_SECONDS)
    return UploadView(url, {"Content-Type": image.type, "If-None-Match": "*"})


def link(image: Image) -> str:
    place = {"Bucket": settings().documents_bucket, "Key": image.key}
    url: str = cloud.client("s3").generate_presigned_url("get_object", Params=place, ExpiresIn=_LINK_SECONDS)
    return url


def arrived(image: Image) -> tuple[Image, int, bytes] | None:
    """The image as it is there, how many bytes it has, and how they begin; None if nothing is."""
    try:
        found = cloud.client("s3").get_object(Bucket=settings().documents_bucket, Key=image.key, Range=_BEGINNING)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    size = int(found["ContentRange"].rpartition("/")[2])
    return replace(image, etag=found["ETag"]), size, found["Body"].read()


def unchanged(images: tuple[Image, ...]) -> bool:
    """Whether each is what it was when it was handed in."""
    return all(image.etag and image.etag == _etag(image) for image in images)


def _etag(image: Image) -> str:
    try:
        found = cloud.client("s3").head_object(Bucket=settings().documents_bucket, Key=image.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return ""
        raise
    return str(found["ETag"])


def delete(images: tuple[Image, ...]) -> None:
    """Once or many times."""
    for image in images:
        cloud.client("s3").delete_object(Bucket=settings().documents_bucket, Key=image.key)
