"""Every page runs in both languages; home costs nothing; deleting one's data really deletes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.drawing.palette import series_styles
from metamed_core.words import INTENDED_USE, LANGUAGES, Language, chance
from pages.parts.common import home, preload
from pages.parts.common.markdown_text import plain
from pages.parts.common.menu import PAGES
from pages.parts.common.own_data import RELOAD
from pages.parts.common.page_frame import Say
from pages.parts.diagnose import answer_card as cards

ROOT = Path(__file__).parents[3]
SECONDS = 120  # the first page to import torch needs some of them


def visit(path: str, language: Language = "en") -> AppTest:
    """The page as a visitor with this language sees it, reached from home."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.query_params["lang"] = language
    app.run()
    if path != "home.py":
        app.switch_page(path).run()
    return app


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_runs_with_the_whole_frame(page: object, language: Language) -> None:
    app = visit(page.path, language)
    assert not app.exception
    assert not app.error
    assert app.session_state["language"] == language
    assert app.title[0].value == (page.summary if page.path == "home.py" else page.title).into(language)
    assert any(INTENDED_USE.into(language) in caption.value for caption in app.caption)
    menu = [link.proto.label for link in app.get("page_link")][: len(PAGES)]
    assert menu == [entry.title.into(language) for entry in PAGES]


def test_switching_the_language_changes_the_words_and_nothing_else() -> None:
    app = visit("pages/compare.py")
    app.session_state["kept"] = 7
    app.segmented_control(key="language").set_value("zh").run()
    assert app.title[0].value == "比较"
    assert app.session_state["kept"] == 7
    app.switch_page("pages/learn.py").run()
    assert app.title[0].value == "学习"


@pytest.mark.parametrize("asked", ["xx", "", "中文", "<script>"])
def test_an_unknown_language_in_the_address_is_english(asked: str) -> None:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.query_params["lang"] = asked
    assert app.run().session_state["language"] == "en"
    assert not app.exception


def test_delete_my_data_ends_the_session_and_the_next_one_says_so() -> None:
    app = visit("pages/learn.py", "zh")
    app.session_state["patients"] = ["secret"]
    app.button(key="delete_now").click().run()
    assert "patients" not in app.session_state
    assert RELOAD in [html.proto.body for html in app.get("html")]
    assert not app.header, "nothing is drawn but the command to load the page anew"
    again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    again.query_params |= app.query_params
    again.run()
    assert again.session_state["language"] == "zh"
    assert [toast.value for toast in again.toast] == ["您的数据已删除。"]
    assert [toast.value for toast in again.run().toast] == []


def test_every_page_file_is_in_the_menu() -> None:
    files = {"home.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))}
    assert files == {page.path for page in PAGES}


def test_home_has_a_door_to_every_other_page() -> None:
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert {door.path for door in home.DOORS} == pages
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS).run()
    assert {f"enter_{Path(path).stem}" for path in pages} <= {str(one.key) for one in app.button}


def test_home_does_not_import_torch() -> None:
    program = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file('home.py').run(timeout=60); assert not app.exception; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.strip() == "False"


def test_many_threads_may_ask_for_the_core_at_once() -> None:
    program = (
        "import threading; from pages.parts.common import preload; faults = [];\n"
        "def ask():\n"
        "    preload.ready(); import torch; faults.append(torch.get_num_threads() - 1)\n"
        "threads = [threading.Thread(target=ask) for _ in range(8)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]; print(faults, preload.is_ready())\n"
        # What a first gradient imported besides would be visited by each later collection of garbage: 76 ms after every run of a page (measured).
        "import sys, torch; before = set(sys.modules); torch.func.grad(torch.sum)(torch.ones(1)); print(len(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.split("\n")[:2] == [f"{[0] * 8} True", "0"]
    assert done.stderr == ""


def test_the_core_is_ready_after_asking() -> None:
    preload.ready()
    assert preload.is_ready()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("P-001", r"P\-001"),
        ("<b>bold</b>", r"\<b\>bold\</b\>"),
        ("a\nb\t c", "a b c"),
        (":red[x] $y$ `z`", r"\:red\[x\] \$y\$ \`z\`"),
        (3.5, r"3\.5"),
        ("缺铁性贫血", "缺铁性贫血"),
        ("gout\u202efdp\u2066.csv\u200f", r"goutfdp\.csv"),
    ],
)
def test_plain_text_means_nothing_to_markdown(text: object, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text", ["https://a.example/x?y", "HTTP://a.example", "see www.a.example.", "x@a.example", "mailto:x.y@a-b.example"]
)
def test_no_text_of_a_table_is_a_link(text: str) -> None:
    """The patterns are those of GitHub's Markdown, section 6.9: they hold in spite of a backslash, so the word must be parted."""
    read = plain(text).replace("\\", "")
    assert not re.search(r"https?://|www\.|[\w.+-]+@[\w-]+\.\w", read, re.IGNORECASE)
    assert read.replace("\u2060", "") == text, "and nothing that is seen has changed"


@pytest.mark.parametrize(
    ("p", "shown"), [(1.0, ">0.99"), (0.996, ">0.99"), (0.994, "0.99"), (0.283, "0.28"), (0.0049, "<0.01"), (0.0, "<0.01")]
)
def test_a_probability_is_never_a_certainty(p: float, shown: str) -> None:
    assert chance(p) == shown


def test_a_card_escapes_its_figures() -> None:
    """At the start of a table cell Markdown takes `>` for a quotation: the figure would be shown without it."""
    lines = cards._lines(Say("en"), [("a", 0.999)], [0.001], dict(zip("ab", series_styles(2), strict=True)))
    figures = [line[1] for line in lines]
    assert figures == [r"\>0\.99", r"\<0\.01"]


def test_what_is_kept_is_made_anew_only_when_it_is_about_something_else() -> None:
    def script() -> None:
        import streamlit as st

        from pages.parts.common.session_cache import cached

        made = st.session_state.setdefault("made", [])
        for about in ("a", "a", "b", "b", "a"):
            st.text(cached("name", (about,), lambda about=about: made.append(about) or len(made)))

    app = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert app.session_state["made"] == ["a", "b", "a"]
    assert [element.value for element in app.text] == ["1", "1", "2", "2", "3"]
