"""What is going on, and how Coffer is used: live figures, records for operators, how tasks go; nothing of anybody."""
