"""The inbox."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.notices import service
from chalicelib.notices.model import NoticeView

room = Room("notices", function="access")


@room.route("GET", "/v1/me/notices", answers={200: NoticeView}, caller=Customer, listing=True, summary="My inbox")
def inbox(call: Call[None]) -> Answer:
    found, following = service.inbox(call.customer.user_id, call.page.cursor, call.page.limit)
    views = [notice.view(call.language, call.customer.jurisdiction) for notice in found]
    return Answer(200, call.page.envelope(views, following))
