"""Text from a patient's table, made harmless before it meets Markdown, and figures as a person reads them."""

from __future__ import annotations

import re

# Every character that Markdown, Streamlit's directives (:red[..], :material/..:), LaTeX ($..$) or HTML gives a meaning to.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])")
_BREAK = re.compile(r"\s+")


def plain(text: object) -> str:
    r"""The text as it stands, for `st.markdown` and labels: each special character escaped, on one line.

    >>> plain("<b>5*</b>")
    '\\<b\\>5\\*\\</b\\>'
    """
    return _SPECIAL.sub(r"\\\1", _BREAK.sub(" ", str(text)).strip())


def chance(p: float) -> str:
    """A probability with two decimals, but never a certainty, which no model has. Not for Markdown as it stands: `>` quotes there.

    >>> chance(0.283), chance(0.9999)
    ('0.28', '>0.99')
    """
    return ">0.99" if p > 0.995 else "<0.01" if p < 0.005 else f"{p:.2f}"
