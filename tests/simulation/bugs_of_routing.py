"""Bugs of whoever moves a top-up on: too early, without asking who has it, or on the word of a second question."""

from __future__ import annotations

from tests.simulation.bug import bug

RETURNS = "tests/api/test_returns.py::test_"
FAILOVER = "tests/api/test_failover.py::test_"

ROUTING = (
    bug(
        "a silence that moves on",
        (12,),
        "processors/routing.py",
        "    if created.reason not in MOVES_ON:\n",
        '    if created.status != "unknown" and created.reason not in MOVES_ON:\n',
        FAILOVER + "silence_is_unknown_and_asks_nobody_else",
    ),
    bug(
        "a request that counts as not sent after one that was",
        (12,),
        "processors/wire.py",
        "            arrived = True\n",
        "            arrived = False\n",
        FAILOVER + "an_answer_and_then_no_connection_is_silence_too",
    ),
    bug(
        "a second question that speaks for the first",
        (8, 12),
        "topups/service.py",
        "return _turn(found, request, clock.written(until), first=False)",
        "return _turn(found, request, clock.written(until), first=True)",
        FAILOVER + "a_connection_that_does_not_stand_after_a_crash_proves_nothing",
    ),
    bug(
        "a top-up moved on by whoever has lost it",
        (5, 12),
        "topups/store.py",
        'update = _movement(topup_id).require("processor", "=", said_no).require("lease_until", "=", lease_until)',
        'update = _movement(topup_id).require("processor", "=", said_no)',
        FAILOVER + "whoever_lost_its_lease_moves_nothing_on",
    ),
    bug(
        "a bank called before the movement names it",
        (8, 11),
        "topups/asking.py",
        "    while (moved := _moved_on(turn, calls[-1].created, at)) is not None:\n",
        """    while (moved := (
        turn.following
        and routing.may_move_on(calls[-1].created, first=turn.first)
        and replace(turn, adapter=processors.adapter(turn.following), tried=(Step(turn.adapter.name, ""),))
    ) or None) is not None:
""",
        FAILOVER + "after_a_crash_between_the_banks_the_second_goes_on",
        FAILOVER + "a_no_that_another_need_not_give_moves_on_and_says_so",
    ),
    bug(
        "a yes after a no that nobody believes",
        (11,),
        "topups/store.py",
        'if different == "processor" and model_route.said_no(event, found):',
        'if different == "nothing" and model_route.said_no(event, found):',
        FAILOVER + "a_yes_after_the_no_is_credited_where_nothing_else_was",
    ),
    bug(
        "money that came twice and stays",
        (11,),
        "topups/events.py",
        'if reason == PAID_TWICE and event.kind == "topup_succeeded":',
        'if reason == PAID_TWICE and event.kind == "topup_failed":',
        RETURNS + "it_goes_back_once_and_what_was_credited_stays",
    ),
    bug(
        "a return that is given up on the word of a second call",
        (12,),
        "topups/returns.py",
        'if created.status == "failed" and first:',
        'if created.status == "failed":',
        RETURNS + "a_no_after_silence_proves_nothing",
    ),
    bug(
        "a return that is never asked for again",
        (8, 12),
        "topups/returns.py",
        'return event.reason == "not_found" and _asked(found, at, first=False)',
        "return False",
        RETURNS + "whoever_dies_before_the_call_is_followed_by_a_question_and_then_by_the_call",
    ),
    bug(
        "a failed count that fails a top-up",
        (8,),
        "processors/health.py",
        "_AWAY = (BotoCoreError, ClientError, PynamoDBException, Unavailable)",
        "_AWAY = (BotoCoreError,)",
        "tests/api/test_breakers.py::test_a_failure_to_count_or_to_look_fails_no_top_up",
    ),
)
