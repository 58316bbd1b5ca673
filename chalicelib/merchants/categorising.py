"""What a merchant deals in, which operators say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_categories as store
from chalicelib.merchants.model import Terms
from chalicelib.merchants.model_categories import Category


def category(merchant_id: str, at: datetime) -> Category:
    """What it deals in, at most 30 s old. Raises NotFound."""
    return merchants.terms(merchant_id, at).category


def is_open(merchant_id: str, at: datetime) -> bool:
    """Whether it takes payments, likewise."""
    try:
        return not merchants.terms(merchant_id, at).shut
    except NotFound:
        return False


def change(by: Operator, merchant_id: str, category: Category, at: datetime) -> Terms:
    """Payments go by it within 30 s. Raises NotFound."""
    found = merchants.merchant(by, merchant_id)
    cases.audit(
        by.user_id, "merchant.categorise", merchant_id, "", at, source_address=by.source_address, category=category
    )
    store.change(merchant_id, category)
    return replace(found, category=category)
