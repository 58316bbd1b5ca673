"""Work for a person: subject, owner, due time, state; and the audit log."""
