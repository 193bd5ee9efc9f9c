"""The upload check on a page that cannot go on before it: Compare and Meta-train."""

from __future__ import annotations

from pages.parts.common.forms import complain
from pages.parts.common.frame import Say
from pages.parts.common.upload_check import upload_check
from pages.parts.common.workbench import Workbench


def check_pending(say: Say, bench: Workbench) -> bool:
    """Draw what an upload needs: its error, or the check of its columns; whether the page must wait for that."""
    if not bench.error_place:
        complain(say, bench.complaint)
    if bench.pending is None:
        return False
    upload_check(say, bench, bench.pending)
    return True
