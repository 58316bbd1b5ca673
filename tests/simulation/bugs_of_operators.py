"""Bugs of what operators see and write down."""

from __future__ import annotations

from tests.simulation.bug import bug

AUDIT = "tests/integration/test_audit_log.py::test_"

OPERATORS = (
    bug(
        "a reason that is kept in clear",
        (22,),
        "cases/audit.py",
        "store_audit.put(entry, sealing.sealed(entry.id, entry.bound, why))",
        "store_audit.put(entry, why)",
        AUDIT + "nothing_of_a_reason_and_no_whole_address_is_kept_in_clear",
    ),
    bug(
        "a reason that is not bound to its entry",
        (23,),
        "cases/model_audit.py",
        'return "audit." + hashlib.sha256(msgspec.json.encode(told)).hexdigest()',
        'return "audit." + hashlib.sha256(msgspec.json.encode(told[:1])).hexdigest()',
        AUDIT + "an_edit_of_any_attribute_shows_and_calls_somebody",
    ),
)
