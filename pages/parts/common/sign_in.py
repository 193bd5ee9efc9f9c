"""Sign-in with an account of the institution, where the server's secrets name an OpenID Connect provider; else everybody is let in.

The secrets are Streamlit's: `.streamlit/secrets.toml`, section `[auth]`. Section `[metamed]` may name the groups that may bring
tables of their own; docs/how-to/run-for-others.md shows both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from metamed_core.words import INTENDED_USE, UserError, Words
from pages.parts.common import audit, server_limits

Translate = Callable[[Words], str]
NOT_ALLOWED = Words(
    "Your account may use the bundled tables only: ask whoever runs this server for a group that may open patient tables.",
    "您的账号只能使用自带的数据集：如需打开患者表格，请联系本服务器的管理员加入相应的组。",
)


def is_asked_for() -> bool:
    """Whether this server wants to know who comes."""
    return "auth" in _secrets()


def ask(say: Translate) -> None:
    """Stop the page for a visitor who has not signed in, with the button to do so and nothing else."""
    if not is_asked_for() or st.user.is_logged_in:
        return
    st.title(say(Words("Sign in to MetaMed", "登录 MetaMed")), anchor=False)
    st.markdown(say(Words("Use the account of your institution.", "请使用所在机构的账号。")))
    st.caption(say(INTENDED_USE))
    st.button(say(Words("Sign in", "登录")), icon=":material/login:", type="primary", key="sign_in", on_click=st.login)
    st.stop()


def offer_sign_out(say: Translate, forget: Callable[[], None]) -> None:
    """Draw the button that ends the visit; `forget` deletes what was entered."""
    if is_asked_for() and st.button(say(Words("Sign out", "退出登录")), icon=":material/logout:", type="tertiary", key="sign_out"):
        audit.note("signed_out")
        forget()
        st.logout()


def may_open_tables() -> bool:
    """Whether the visitor may bring patients: everybody, unless the server names groups and they are in none of them."""
    settings: Any = _secrets().get("metamed", {})
    allowed = settings.get("groups_that_open_tables")
    if not is_asked_for() or allowed is None:
        return True
    claim: Any = st.user.get(settings.get("groups_claim", "groups"), [])
    own, wanted = ([one] if isinstance(one, str) else one for one in (claim, allowed))
    return not set(wanted).isdisjoint(own)


def check_may_open_tables() -> None:
    """Raise UserError for a visitor who may not bring patients: hiding a control is not enough. And where the server has no memory for them."""
    if not may_open_tables():
        raise UserError(NOT_ALLOWED)
    server_limits.check_memory()


def _secrets() -> Any:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
