"""The offline file of a lesson: the shell of every export, and one script, which alone may run and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from metamed_core.words import INTENDED_USE, LANGUAGES, Language
from pages.lessons import LESSONS
from pages.parts.learn.offline import offline_html
from tests.contract.test_exports import POLICY, Reader


@pytest.mark.parametrize("key", [lesson.key for lesson in LESSONS.values() if lesson.offline is not None])
@pytest.mark.parametrize("language", LANGUAGES)
def test_only_its_own_script_runs_and_nothing_is_loaded(key: str, language: Language) -> None:
    page = offline_html(LESSONS[key], 7, language).decode("utf-8")
    reader, script = Reader(page), page.split('<script type="module">')[1].split("</script>")[0]
    assert reader.outside() == ["script"]
    assert INTENDED_USE.into(language) in reader.text
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policies = [given["content"] for tag, given in reader.tags if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [POLICY.replace("base-uri", f"script-src 'sha256-{digest}'; base-uri")]
    assert not re.search(
        r"https?:|url\(|@import|data:\w+/|javascript:|\b(fetch|XMLHttpRequest|import)\(", re.sub(r'xmlns=\\?"[^"]*"', "", page)
    )
    assert page == offline_html(LESSONS[key], 7, language).decode("utf-8")


def test_a_lesson_without_a_script_of_its_own_has_no_file() -> None:
    with pytest.raises(ValueError, match="Lesson reptile has no script that computes it without Python"):
        offline_html(LESSONS["reptile"], 7, "en")
