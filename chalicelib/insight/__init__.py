"""What is going on: live figures, records for operators, reports."""
