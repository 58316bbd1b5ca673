"""Who reaches the lake, and of what else those who fill and ask it see anything."""

from __future__ import annotations

from tests.infra.conftest import Packaged, get_att, listed
from tests.infra.test_policies import EQUALS, REGIONS, ROSTER, allowed, granted_on


def test_each_part_of_the_lake_is_reached_by_those_who_fill_or_read_it(packaged: Packaged) -> None:
    granted = {
        (role, action.removeprefix("s3:"), resource["Fn::Sub"].removeprefix("${Lake.Arn}/").removesuffix("/*"))
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        for resource in listed(one.get("Resource"))
        if isinstance(resource, dict) and "${Lake.Arn}" in str(resource.get("Fn::Sub"))
        for action in listed(one["Action"])
    }
    compacts = {("CompactRole", action, place) for action in ("GetObject", "PutObject", "DeleteObject")
                for place in ("landing", "events", "imports/raw", "imports/tables")}  # fmt: skip
    answers = {(role, action, "answers") for role in ("AnalysisHandlerRole", "CompactRole")
               for action in ("GetObject", "PutObject")}  # fmt: skip
    assert granted == compacts | answers | {
        ("GatherRole", "PutObject", "landing"), ("AnalysisHandlerRole", "GetObject", "events"),
        ("AnalysisHandlerRole", "PutObject", "imports/raw"), ("AnalysisHandlerRole", "GetObject", "imports/tables"),
        ("CompactRole", "PutObject", "unreadable"),
    }  # fmt: skip


def test_whoever_analyses_reads_which_files_count_and_who_is_an_operator_and_keeps_reports_and_imports(
    packaged: Packaged,
) -> None:
    statements = allowed(packaged.policies["AnalysisHandlerRole"])
    tables = {str(one["Resource"]) for one in statements if "dynamodb:" in str(one["Action"])}
    assert tables == {str(get_att(name)) for name in ("CasesTable", "AuditTable", "IdentityTable")}
    (seen,), (keys,) = (
        [one for one in statements if one["Resource"] == get_att("IdentityTable") and (one["Sid"] == ROSTER) is roster]
        for roster in (True, False)
    )
    assert (seen["Sid"], seen["Action"]) == (ROSTER, ["dynamodb:GetItem"])
    assert seen["Condition"] == {EQUALS: {"dynamodb:LeadingKeys": ["OPERATORS"]}}
    assert keys["Condition"] == {EQUALS: {"dynamodb:LeadingKeys": ["KEYRING"]}}, "its audit entries seal their reasons"
    assert granted_on(packaged, "AnalysisHandlerRole", get_att("CasesTable")) == {
        "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
    }  # fmt: skip
    (kept,) = (one for one in statements if one["Sid"] == "KeepReports")
    assert kept["Action"] == ["dynamodb:PutItem"]
    assert kept["Condition"] == {EQUALS: {"dynamodb:LeadingKeys": ["REPORTS"]}}
    (kept,) = (one for one in statements if one["Sid"] == "KeepImports")
    assert set(kept["Action"]) == {"dynamodb:DeleteItem", "dynamodb:PutItem"}
    assert kept["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["IMPORTS", "DATASETS"]}}


def test_whoever_gathers_sees_of_people_where_they_live_and_nothing_else(packaged: Packaged) -> None:
    seeing = {
        role: one
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if one.get("Sid") == REGIONS
    }
    assert set(seeing) == {"GatherRole"}
    read = seeing["GatherRole"]["Condition"]
    assert set(read[EQUALS]["dynamodb:Attributes"]) == {"pk", "sk", "jurisdiction"}
    assert read["StringEqualsIfExists"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
