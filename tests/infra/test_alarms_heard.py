"""How an alarm reaches the function that drafts an incident of it, read from the packaged template."""

from __future__ import annotations

from tests.infra.conftest import Packaged, get_att


def test_the_topic_of_alarms_delivers_its_bare_messages_to_the_queue_of_the_function(packaged: Packaged) -> None:
    (subscription,) = packaged.of_type("AWS::SNS::Subscription").values()
    assert subscription == {
        "TopicArn": {"Ref": "Alarms"},
        "Protocol": "sqs",
        "Endpoint": get_att("AlarmsQueue"),
        "RawMessageDelivery": True,
    }
    assert packaged.events["Alarmed"]["Properties"]["Queue"] == get_att("AlarmsQueue")


def test_nobody_but_that_topic_may_send_to_the_queue(packaged: Packaged) -> None:
    (policy,) = packaged.of_type("AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (policy["Queues"], statement["Principal"]) == ([{"Ref": "AlarmsQueue"}], {"Service": "sns.amazonaws.com"})
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "Alarms"}}}


def test_an_alarm_that_can_end_says_so_too(packaged: Packaged) -> None:
    alarms = packaged.of_type("AWS::CloudWatch::Alarm")
    silent = {name for name, one in alarms.items() if one.get("OKActions") != one.get("AlarmActions")}
    assert silent == set(), "without OKActions a draft never closes by itself"
