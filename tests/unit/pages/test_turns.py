"""Who may compute, at which second: a line of tabs, told by hand."""

from __future__ import annotations

import pytest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from pages.parts.common.turns import GONE, SHARE, Line, visitor_of

END = SHARE  # a second at which a turn that began at 0 ends


@pytest.mark.parametrize(
    ("at_once", "asked", "expected"),
    [
        pytest.param(1, [("a", "A", 0), ("b", "B", 0), ("c", "C", 0), ("a", "A", 1), ("b", "B", 1)], [0, 1, 2, 0, 1], id="first come first served"),
        pytest.param(2, [("a", "A", 0), ("b", "B", 0), ("c", "C", 0)], [0, 0, 2], id="as many at once as there may be"),
        pytest.param(2, [("a", "A", 0), ("a2", "A", 0), ("b", "B", 0), ("a2", "A", 1)], [0, 1, 0, 1], id="one tab of a visitor"),
        pytest.param(
            1,
            [("a", "A", 0), ("b", "B", 0), ("b", "B", END - 1), ("a", "A", END), ("b", "B", END), ("a", "A", END + 1), ("b", "B", 2 * END), ("a", "A", 2 * END)],
            [0, 1, 1, 1, 0, 1, 1, 0],
            id="a turn ends while others wait",
        ),
        pytest.param(1, [("a", "A", 0), ("a", "A", END), ("a", "A", 2 * END)], [0, 0, 0], id="and goes on while nobody does"),
        pytest.param(1, [("a", "A", 0), ("b", "B", 0), ("b", "B", GONE - 1), ("b", "B", GONE)], [0, 1, 1, 0], id="a closed tab holds up nobody"),
        pytest.param(2, [("a", "A", 0), ("a2", "A", 0), ("a", "A", END - 1), ("a", "A", END), ("a2", "A", END)], [0, 1, 0, 1, 0], id="the other tab's turn"),
    ],
)  # fmt: skip
def test_whose_turn_it_is(at_once: int, asked: list[tuple[str, str, float]], expected: list[int]) -> None:
    line = Line(at_once)
    assert [line.before(*one) for one in asked] == expected


def test_who_has_finished_makes_room() -> None:
    line = Line(1)
    assert [line.before(*one) for one in (("a", "A", 0), ("b", "B", 0))] == [0, 1]
    line.leave("a")
    assert line.before("b", "B", 1) == 0


def test_a_page_is_drawn_again_when_its_place_has_changed() -> None:
    line = Line(1)
    for tab in "abc":
        before = line.before(tab, tab, 0)
    assert [line.is_news("c", before), line.is_news("c", before)] == [True, False]
    line.leave("a")
    assert line.is_news("c", line.before("c", "c", 1))


def test_a_visitor_is_a_browser() -> None:
    """Streamlit masks the token anew for every page; a client without cookies is a visitor for each of its tabs."""
    one, again = (generate_xsrf_token_string(b"sixteen bytes...", 0) for _ in range(2))
    assert one != again
    assert visitor_of(one, "tab 1") == visitor_of(again, "tab 2") != visitor_of(generate_xsrf_token_string(), "tab 1")
    assert [visitor_of("", "tab 1"), visitor_of("forged", "tab 2")] == ["tab 1", "tab 2"]
