"""An operator says what a merchant deals in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel.callers import Operator
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_categories as store
from chalicelib.merchants.model import Terms
from chalicelib.merchants.model_categories import Category


def change(by: Operator, merchant_id: str, category: Category, at: datetime) -> Terms:
    """Payments go by it within 30 s. Raises NotFound."""
    found = merchants.merchant(by, merchant_id)
    cases.audit(
        by.user_id, "merchant.categorise", merchant_id, "", at, source_address=by.source_address, category=category
    )
    store.change(merchant_id, category)
    return replace(found, category=category)
