"""Protection against spreadsheet formula injection, for every exported table."""

from __future__ import annotations

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is run by Excel, LibreOffice or Sheets (OWASP, CSV injection); the full-width forms too."""


def harmless(text: object) -> str:
    """Return the text, with a leading apostrophe where a spreadsheet would interpret it as a formula."""
    cell = "" if text is None else str(text)
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
