"""Text from a patient's table, made harmless before it meets Markdown."""

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
