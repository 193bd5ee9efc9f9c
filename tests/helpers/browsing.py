"""What the tests in a browser share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload


def csv_file(name: str, text: str) -> FilePayload:
    """A file as a browser uploads it, without one on the disk."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
