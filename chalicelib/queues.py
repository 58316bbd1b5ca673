"""What every producer, consumer and sweep does: send in tens, and let no failure of one stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from chalicelib import cloud
from chalicelib.kernel.errors import Unavailable
from chalicelib.observability import page

_SENT_AT_ONCE = 10
_One = TypeVar("_One")
Message = Mapping[str, str]
"""Parameters of SendMessageBatch: MessageBody, and for FIFO queues MessageGroupId and MessageDeduplicationId."""


def send(queue_url: str, messages: Sequence[Message]) -> None:
    """Raises Unavailable if the queue did not take every one; sending all again is safe."""
    for start in range(0, len(messages), _SENT_AT_ONCE):
        chunk = [{"Id": str(place), **message} for place, message in enumerate(messages[start : start + _SENT_AT_ONCE])]
        answer = cloud.client("sqs").send_message_batch(QueueUrl=queue_url, Entries=chunk)
        if answer.get("Failed"):
            raise Unavailable(retry_after_seconds=1)


def consume(event: dict[str, Any], work: Callable[[str], object], *, fifo: bool = False) -> dict[str, Any]:
    """Does `work` for the body of each message; the answer names those that failed, and only they come again.

    Of a FIFO queue, a group stops at its first failure and the other groups go on.
    """
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        SqsFifoPartialProcessor,
        process_partial_response,
    )

    processor = SqsFifoPartialProcessor(skip_group_on_error=True) if fifo else BatchProcessor(EventType.SQS)
    processor.raise_on_entire_batch_failure = False

    def handle(record: Any) -> object:
        return work(record.body)

    return dict(process_partial_response(event=event, record_handler=handle, processor=processor))


def each(found: Iterable[_One], work: Callable[[_One], object]) -> int:
    """Does `work` for each of a message, whatever becomes of the others; returns how many had an effect.

    Raises the first failure once all had their turn, so that the message comes again.
    """
    done, failed = 0, list[Exception]()
    for one in found:
        try:
            done += bool(work(one))
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def sweep(name: str, found: Iterable[_One], work: Callable[[_One], object]) -> int:
    """Does `work` for each; what fails is paged, and the next sweep finds it again. Returns how many had an effect."""
    done = 0
    for one in found:
        try:
            done += bool(work(one))
        except Exception as error:
            page("SweepFailed", sweep=name, error=type(error).__name__)
    return done
