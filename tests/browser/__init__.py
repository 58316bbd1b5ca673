import pytest

pytest.register_assert_rewrite(*(f"tests.browser.{one}" for one in ("kit", "access_kit", "family_kit", "purse")))
