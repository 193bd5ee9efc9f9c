"""The step that is shown is the step that is used: by the slider, the cards and the files, after every way of arriving."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metamed_core.learners import LEARNERS
from tests.helpers.diagnose_browser import (
    check_step,
    choose,
    edit_cell,
    idle,
    named,
    press,
    ready,
    step_shown,
    upload,
    wait_until,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def stands(page: Page, folder: Path, expected: int | None = None) -> None:
    """All are of one step, also after a click that changes nothing."""
    shown = check_step(page, folder, expected)
    page.locator(".st-key-reveal").get_by_text("set aside").or_(page.locator(".st-key-reveal").get_by_text("预留")).click()
    idle(page)
    check_step(page, folder, shown)


@pytest.mark.parametrize(
    "algorithm", [pytest.param("prior_fitted", marks=pytest.mark.slow), "maml"]
)  # steps of ever more patients, steps of gradients
def test_a_fresh_load_with_each_algorithm_in_the_address_and_a_reload(
    open_page: Callable[..., Page], tmp_path: Path, algorithm: str
) -> None:
    page = open_page(f"/diagnose?algorithm={algorithm}&cohort=rare_findings")
    ready(page)
    check_step(page, tmp_path, step_shown(page)[1])
    page.reload()
    ready(page)
    stands(page, tmp_path, step_shown(page)[1])


@pytest.mark.parametrize(("n", "strides"), [(3, (1,)), pytest.param(len(LEARNERS), (1, 2), marks=pytest.mark.slow)])
def test_every_switch_of_algorithm(open_page: Callable[..., Page], tmp_path: Path, n: int, strides: tuple[int, ...]) -> None:
    """A round that leaves and reaches three algorithms; on request each pair of all."""
    page, names = open_page("/diagnose?cohort=rare_findings"), list(LEARNERS)[:n]
    ready(page)
    way = [names[index * stride % len(names)] for stride in strides for index in range(len(names))] + names[:1]
    pairs = {frozenset(pair) for pair in itertools.pairwise(way)}
    assert len(pairs) == len(strides) * len(names)
    for name in way:
        choose(page, "algorithm", LEARNERS[name].title.en)
        page.get_by_text(LEARNERS[name].summary.en[:30]).first.wait_for()
        ready(page)
        check_step(page, tmp_path, step_shown(page)[1])


def test_play_stop_reset_the_slider_and_back_to_the_last_step(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/diagnose?algorithm=maml&inner_steps=20&cohort=rare_findings")
    ready(page)
    press(page, "reset")
    stands(page, tmp_path, 0)
    page.locator(".st-key-play button").first.click()
    wait_until(lambda: step_shown(page)[0] >= 2)
    press(page, "stop")
    ready(page)
    assert 2 <= check_step(page, tmp_path) < 20
    page.get_by_role("slider").first.press("ArrowLeft")
    idle(page)
    stands(page, tmp_path)
    press(page, "step_once")
    check_step(page, tmp_path)
    press(page, "last_step")
    ready(page)
    stands(page, tmp_path, 20)
    page.locator(".st-key-play button").first.click()
    wait_until(lambda: step_shown(page)[0] >= 2)
    ready(page)
    stands(page, tmp_path, 20)


def test_edit_undo_language_and_settings(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/diagnose?algorithm=maml")
    ready(page)
    press(page, "change_patients")
    edit_cell(page, "undiagnosed", row=0, column=2, text="77")
    ready(page)
    check_step(page, tmp_path, 8)
    press(page, "undo")
    ready(page)
    stands(page, tmp_path, 8)
    press(page, "reset")
    press(page, "step_once")
    choose(page, "language", "中文")
    check_step(page, tmp_path, 1)
    edit_cell(page, "undiagnosed", row=0, column=2, text="76")
    ready(page)
    check_step(page, tmp_path, 1)
    press(page, "undo")
    ready(page)
    check_step(page, tmp_path, 1)
    choose(page, "language", "English")
    page.get_by_text("Settings", exact=True).first.click()
    field = page.get_by_label("Steps (0–200)", exact=True)
    field.fill("6")
    field.press("Enter")
    wait_until(lambda: step_shown(page) == (6, 6))
    ready(page)
    check_step(page, tmp_path, 6)
    page.get_by_text("Settings", exact=True).first.click()  # the download has closed it
    field.fill("0")
    field.press("Enter")
    page.get_by_text("No steps are set").first.wait_for()


def test_upload_and_back_and_another_cohort(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/diagnose?algorithm=reptile&cohort=rare_findings")
    ready(page)
    for way_back in ("cancel", "confirm"):
        upload(page)
        press(page, way_back)
        page.locator(".st-key-upload_check").first.wait_for(state="detached")
        ready(page)
        check_step(page, tmp_path, 8)
    press(page, "change_patients")
    named(page, "cohort").locator("input").first.click()
    page.get_by_role("option", name="Blood panel").first.click()
    ready(page)
    stands(page, tmp_path, 8)
    press(page, "reopen")
    press(page, "cancel")
    ready(page)
    stands(page, tmp_path, 8)
