"""Whose account may open tables; the pages themselves are tried in `tests/browser/test_browser_sign_in.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from pages.parts.common import sign_in


@pytest.mark.parametrize("allowed", ["ward", ["ward", "clinic"]])
@pytest.mark.parametrize(("own", "may"), [("ward", True), (["staff", "ward"], True), (["w", "war"], False), ([], False)])
def test_one_group_may_be_named_without_a_list(allowed: Any, own: Any, may: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_secrets", lambda: {"auth": {}, "metamed": {"groups_that_open_tables": allowed}})
    monkeypatch.setattr(st, "user", SimpleNamespace(get={"groups": own}.get))
    assert sign_in.may_open_tables() is may
