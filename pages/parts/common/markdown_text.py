"""Escape text from patient tables for Markdown, and format probabilities."""

from __future__ import annotations

import re

# All characters with a special meaning in Markdown, Streamlit's directives (:red[..], :material/..:), LaTeX ($..$) or HTML.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])")
_BREAK = re.compile(r"\s+")


def plain(text: object) -> str:
    r"""Return the text on one line with all special characters escaped, for `st.markdown` and labels.

    >>> plain("<b>5*</b>")
    '\\<b\\>5\\*\\</b\\>'
    """
    return _SPECIAL.sub(r"\\\1", _BREAK.sub(" ", str(text)).strip())
