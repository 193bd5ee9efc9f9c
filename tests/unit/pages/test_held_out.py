"""What stands before the answers: is there signal, who was predicted wrongly, what can be guaranteed."""

from __future__ import annotations

import copy
import dataclasses
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch

from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import bundled
from pages.parts.diagnose import held_out, subgroups
from pages.parts.diagnose.patient_tables import styles_of
from tests.helpers.diagnose_page import adaptation_of

STYLES = {language: styles_of(Say(language), bundled("blood_panel")) for language in ("en", "zh")}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is written, in its order."""
    lines: list[str] = []
    write = lambda text, icon="": lines.append(icon + text)  # noqa: E731
    table = lambda frame, **_: write(f"{frame.shape}")  # noqa: E731
    st = SimpleNamespace(
        markdown=write,
        caption=write,
        warning=write,
        table=table,
        expander=lambda title: nullcontext(write(title)),
        columns=lambda n: [nullcontext()] * n,
    )
    for module in (held_out, subgroups):
        monkeypatch.setattr(module, "st", st)
    return lines


def test_before_the_answers_stands_whether_there_is_signal(said: list[str]) -> None:
    shown = adaptation_of().shown()
    assert shown is not None
    trace = copy.copy(shown.trace)  # the bundled table's own is that of all tests
    trace.steps = list(trace.steps)
    shown = dataclasses.replace(shown, trace=trace)
    held_out.held_out(Say("en"), shown, STYLES["en"], "53 of 61.")
    assert said[0].startswith("53 of 61. There is signal: with shuffled diagnoses")
    assert said[0].count("61") == 1, "how many were right is said once"
    assert said[1] == "Held-out patients with a wrong prediction: 8"
    assert said[2].count("\n") == 7
    assert said[3:5] == ["Held-out accuracy by group", "(5, 4)"], "three age bands and both sexes"
    held_out.guarantee(Say("en"), shown, 0.8)
    assert "of 61 held-out patients. So many patients alone can guarantee 98.4%" in said[-1]
    # Every patient predicted as the first class: no better than chance.
    answers = dataclasses.replace(shown.step.held_out, log_proba=torch.eye(14)[[0] * 61].log_softmax(-1))
    shown.trace.steps[shown.cursor] = dataclasses.replace(shown.step, held_out=answers)
    said.clear()
    held_out.held_out(Say("zh"), shown, STYLES["zh"], "61 位中有 4 位。")
    assert said[0] == "61 位中有 4 位。"
    assert said[1].startswith(":material/warning:未超过偶然水平：")
    assert "被判断为 " in said[3]
    assert not any(label in said[3] for label in STYLES["en"]), "the diagnoses of a bundled table have Chinese names"
    shown.trace.steps[shown.cursor] = dataclasses.replace(shown.step, held_out=None)
    said.clear()
    held_out.held_out(Say("en"), shown, STYLES["en"], "Not known.")
    held_out.guarantee(Say("en"), shown, 0.9)
    assert said == ["Not known."]
