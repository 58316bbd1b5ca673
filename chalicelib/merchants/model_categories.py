"""A merchant's category, as it is asked for."""

from __future__ import annotations

import msgspec

from chalicelib.kernel.categories import CATEGORIES, Category

__all__ = ["CATEGORIES", "Category", "NewCategory"]


class NewCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: Category
