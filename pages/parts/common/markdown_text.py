"""Escape text from patient tables for Markdown, and format probabilities."""

from __future__ import annotations

import re

from metamed_core.words import without_controls

# All characters with a special meaning in Markdown, Streamlit's directives (:red[..], :material/..:), LaTeX ($..$) or HTML.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])")
# What Streamlit would turn into a link even when escaped: http://, https://, www. and an address of e-mail. A sign without width parts it.
_LINK = re.compile(r"(http)(?=s?://)|(www)(?=\.)|(@)", re.IGNORECASE)
_PARTED = "\\g<0>\u2060"
_BREAK = re.compile(r"\s+")


def plain(text: object) -> str:
    r"""Return the text on one line with all special characters escaped, for `st.markdown` and labels.

    >>> plain("<b>5*</b>")
    '\\<b\\>5\\*\\</b\\>'
    """
    line = _BREAK.sub(" ", without_controls(str(text))).strip()
    return _SPECIAL.sub(r"\\\1", _LINK.sub(_PARTED, line))
