"""What each role of an operator may see or do: the one table. A route names its permission; the guard asks here first.

An operator whom the table does not name is refused, and so is everybody on a route that names no permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SUPPORT, FINANCE, RISK, ADMIN, AUDITOR = "support", "finance", "risk", "admin", "auditor"
ROLES = frozenset({SUPPORT, FINANCE, RISK, ADMIN, AUDITOR})

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "account.own": ROLES,
        "wards.guard": ROLES,
        "people.see": frozenset({SUPPORT, RISK, ADMIN}),
        "people.reveal": frozenset({SUPPORT, RISK, ADMIN}),
        "people.end-sessions": frozenset({SUPPORT, RISK, ADMIN}),
        "people.verify": frozenset({RISK, ADMIN}),
        "screenings.see": frozenset({RISK, ADMIN, AUDITOR}),
        "screenings.decide": frozenset({RISK, ADMIN}),
        "operators.see": frozenset({ADMIN, AUDITOR}),
        "operators.appoint": frozenset({ADMIN}),
        "freezes.see": frozenset({SUPPORT, RISK, ADMIN, AUDITOR}),
        "freezes.keep": frozenset({RISK, ADMIN}),
        "risk.see": frozenset({RISK, ADMIN, AUDITOR}),
        "risk.decide": frozenset({RISK, ADMIN}),
        "risk.keep": frozenset({RISK, ADMIN}),
        "disputes.see": ROLES,
        "disputes.decide": frozenset({RISK, ADMIN}),
        "cases.see": ROLES,
        "cases.resolve": ROLES - {AUDITOR},
        "audit-log.see": frozenset({ADMIN, AUDITOR}),
        "audit-log.export": frozenset({ADMIN, AUDITOR}),
        "status.see": ROLES,
        "status.keep": frozenset({SUPPORT, RISK, ADMIN}),
        "compensations.see": ROLES,
        "compensations.propose": frozenset({FINANCE, ADMIN}),
        "compensations.decide": frozenset({FINANCE, ADMIN}),
        "on-call.see": ROLES,
        "on-call.keep": frozenset({ADMIN}),
        "reports.see-tasks": ROLES,
        "merchants.see": ROLES,
        "merchants.join": frozenset({FINANCE, ADMIN}),
        "merchants.see-keys": ROLES,
        "merchants.keep-keys": frozenset({FINANCE, ADMIN}),
        "merchants.see-stores": ROLES,
        "merchants.keep-stores": frozenset({FINANCE, ADMIN}),
        "merchants.see-staff": ROLES,
        "merchants.keep-staff": frozenset({FINANCE, ADMIN}),
        "merchants.see-business": frozenset({FINANCE, RISK, ADMIN, AUDITOR}),
        "merchants.reveal-business": frozenset({FINANCE, RISK, ADMIN}),
        "merchants.keep-business": frozenset({FINANCE, ADMIN}),
        "merchants.verify": frozenset({FINANCE, RISK, ADMIN}),
        "merchants.see-webhooks": ROLES,
        "merchants.keep-webhooks": frozenset({FINANCE, ADMIN}),
        "merchants.redeliver": frozenset({SUPPORT, FINANCE, ADMIN}),
        "merchants.see-cards": ROLES,
        "merchants.keep-cards": frozenset({FINANCE, ADMIN}),
        "merchants.see-settlements": ROLES,
        "merchants.see-payouts": ROLES,
        "merchants.pay-out": frozenset({FINANCE, ADMIN}),
        "merchants.keep-payout-terms": frozenset({FINANCE, ADMIN}),
        "reconciliations.see": frozenset({FINANCE, ADMIN, AUDITOR}),
        "reconciliations.keep": frozenset({FINANCE, ADMIN}),
        "adjustments.see": frozenset({FINANCE, ADMIN, AUDITOR}),
        "adjustments.propose": frozenset({FINANCE, ADMIN}),
        "adjustments.decide": frozenset({FINANCE, ADMIN}),
        "rewards.see": ROLES,
        "rewards.keep": frozenset({FINANCE, ADMIN}),
        "rewards.issue": frozenset({FINANCE, ADMIN}),
        "credit.see": frozenset({SUPPORT, FINANCE, RISK, ADMIN, AUDITOR}),
        "credit.write-off": frozenset({FINANCE, ADMIN}),
        "movements.see": ROLES,
        "accounts.see": ROLES,
        "reports.see": ROLES,
        "reports.keep": frozenset({FINANCE, RISK, ADMIN}),
        "processors.see": ROLES,
        "reviews.see": frozenset({ADMIN, AUDITOR}),
        "reviews.ask": frozenset({ADMIN}),
        "policies.see": ROLES,
        "policies.publish": frozenset({ADMIN}),
        "backups.see": frozenset({ADMIN, AUDITOR}),
        "backups.ask": frozenset({ADMIN}),
        "backups.see-givings-back": frozenset({SUPPORT, ADMIN, AUDITOR}),
        "backups.propose-giving-back": frozenset({SUPPORT, ADMIN}),
        "backups.decide-giving-back": frozenset({ADMIN}),
    }
)
"""Permission → roles. Everybody keeps their own account (profile, devices, sessions) and guards whom they guard."""


def may(role: str, permission: str) -> bool:
    return role in PERMISSIONS.get(permission, frozenset())


def granted(role: str) -> tuple[str, ...]:
    """All that a role may, in the order of the table."""
    return tuple(permission for permission in PERMISSIONS if may(role, permission))
