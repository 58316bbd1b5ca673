"""What a merchant deals in, in a word: rules of cards, points and reports go by it."""

from __future__ import annotations

from typing import Literal, get_args

Category = Literal[
    "groceries", "restaurants", "shopping", "transport", "health", "education", "leisure", "services", "other"
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
