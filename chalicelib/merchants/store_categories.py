"""A merchant's category, on its terms: all of them that changes by hand."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.merchants.model_categories import Category
from chalicelib.merchants.store import TERMS


class _TermsItem(Table):
    setting = "merchants_table"
    category = UnicodeAttribute(null=True)


def change(merchant_id: str, category: Category) -> None:
    """Once or many times."""
    item = _TermsItem(merchant_id, TERMS)
    made(lambda: item.update([_TermsItem.category.set(category)], _TermsItem.pk.exists()))
