"""Which entries of the audit log show that a permission was used, and which role would have been enough.

Looking at lists leaves no trace; what does not cannot be called unused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from chalicelib.kernel import roles

REVEALS: Mapping[str, str] = MappingProxyType({"person.reveal": "people", "merchant.reveal": "merchants"})
"""Entry → of whom something was seen in clear."""
TRACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "people.see": ("person.find", "person.see"),
        "people.reveal": ("person.reveal",),
        "people.end-sessions": ("person.end-sessions",),
        "people.verify": ("person.see-documents", "person.decide-document"),
        "screenings.see": ("screening.see",),
        "screenings.decide": ("screening.decide",),
        "operators.appoint": ("operator.appoint",),
        "freezes.keep": ("wallet.freeze", "wallet.keep", "wallet.lift"),
        "risk.decide": ("risk-score.decide",),
        "risk.keep": ("risk-rule.change",),
        "disputes.decide": ("dispute.decide",),
        "cases.resolve": ("case.take", "case.resolve"),
        "audit-log.export": ("audit-log.export",),
        "status.keep": (
            "incident.open", "incident.change", "incident.take", "incident.search-affected", "incident.notify-affected",
            "maintenance.schedule", "maintenance.cancel",
        ),
        "credit.write-off": ("credit.write-off",),
        "compensations.propose": ("incident.propose-compensation",),
        "compensations.decide": ("incident.approve-compensation", "incident.decline-compensation"),
        "on-call.keep": ("shift.add", "shift.remove"),
        "merchants.join": ("merchant.join", "merchant.categorise"),
        "merchants.keep-keys": ("merchant.make_key", "merchant.rotate_key", "merchant.revoke_key"),
        "merchants.keep-stores": ("merchant.make_store", "merchant.change_store"),
        "merchants.keep-staff": (
            "merchant.invite_staff", "merchant.change_staff", "merchant.revoke_staff", "merchant.end_till",
        ),
        "merchants.reveal-business": ("merchant.reveal",),
        "merchants.keep-business": ("merchant.change_business",),
        "merchants.verify": ("merchant.verify", "merchant.refuse"),
        "merchants.keep-webhooks": (
            "merchant.make_endpoint", "merchant.change_endpoint", "merchant.rotate_endpoint",
            "merchant.remove_endpoint", "merchant.test_endpoint", "merchant.turn_return",
        ),
        "merchants.redeliver": ("merchant.redeliver",),
        "merchants.keep-cards": ("merchant.offer_card", "merchant.withdraw_card"),
        "merchants.pay-out": ("merchant.pay_out",),
        "merchants.keep-payout-terms": ("merchant.agree_payouts",),
        "reconciliations.keep": ("statement.import", "reconciliation.ask"),
        "adjustments.propose": ("adjustment.propose",),
        "adjustments.decide": ("adjustment.approve", "adjustment.decline"),
        "rewards.keep": (
            "coupon.make_template",
            "coupon.stop_template",
            "bonus.make_offer",
            "bonus.stop_offer",
            "points.make_programme",
            "points.stop_programme",
            "points.make_rule",
            "points.end_rule",
            "points.make_reward",
            "points.end_reward",
        ),
        "rewards.issue": ("coupon.issue",),
        "movements.see": ("movement.see", "order.find"),
        "accounts.see": ("account.see", "account.see-entries"),
        "reports.keep": (
            "report.save", "report.change", "report.delete", "report.restore", "report.import", "report.remove-import",
        ),
        "reviews.ask": ("review.ask",),
        "policies.publish": ("policy.publish", "policy.withdraw"),
        "backups.ask": ("backup.ask", "backup.drill"),
        "backups.propose-giving-back": ("backup.propose-giving-back",),
        "backups.decide-giving-back": ("backup.approve-giving-back", "backup.decline-giving-back"),
    }
)  # fmt: skip
_SHOWN_BY: Mapping[str, str] = MappingProxyType({deed: one for one, deeds in TRACES.items() for deed in deeds})


def shown_by(deed: str) -> str | None:
    """The permission that an entry shows."""
    return _SHOWN_BY.get(deed)


def traced(role: str) -> tuple[str, ...]:
    """What a role grants that leaves a trace, in the order of the table of roles."""
    return tuple(permission for permission in roles.granted(role) if permission in TRACES)


def enough(role: str, used: Collection[str]) -> str | None:
    """A role that grants less and all that was used; None if nothing was, or there is none."""
    if not used:
        return None
    less = [one for one in roles.ROLES if len(roles.granted(one)) < len(roles.granted(role))]
    fit = [one for one in less if set(used) <= set(roles.granted(one))]
    return min(fit, key=lambda one: (len(roles.granted(one)), one), default=None)
