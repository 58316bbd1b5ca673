"""Money to merchants: pay, authorise, capture, void, refund."""
