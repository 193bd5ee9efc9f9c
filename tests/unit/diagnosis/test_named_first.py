"""A diagnosis given before the answer is shown stands in every file one takes away."""

from __future__ import annotations

import io

import pandas as pd

from metamed_core.diagnosis import Case, Reasons, answers_csv, answers_html, answers_values, cases_html
from tests.unit.diagnosis.test_evidence import case_of


def test_what_was_named_first_stands_in_every_file_with_the_count() -> None:
    case = case_of("prototypical", 0)
    first, second = (name for name, _ in case.ranked[:2])
    rows, other = case.trace.task.query_rows, Case.of(case.trace, case.step_index, 1, case.records).ranked[0][0]
    run, named = (case.trace, case.step_index, "clinic.csv"), {rows[0]: second, rows[1]: other}
    both = "Of 2 patients who were given a diagnosis before the answer was shown, 1 has the same one first here."
    reports = (cases_html([Reasons.of(case)], "clinic.csv", "en", named=named), answers_html(*run, "en", named=named))
    for report in map(bytes.decode, reports):
        assert f"Diagnosis given before the answer was shown: {second}. The first diagnosis here is another one, {first}." in report
        assert both in report
    given = {one["row"]: one.get("given_before") for one in answers_values(*run, named=named)["patients"]}
    table = pd.read_csv(io.BytesIO(answers_csv(*run, named=named)), keep_default_na=False)
    assert list(given.values()) == [second, other, *[None] * (len(rows) - 2)]
    assert table["given_before"].tolist() == [one or "" for one in given.values()]
    assert "given_before" not in answers_csv(*run).decode("utf-8-sig")
    assert "given before the answer" not in cases_html([Reasons.of(case)], "clinic.csv", "en", named={rows[1]: other}).decode()
    assert "given before the answer" not in answers_html(*run, "en").decode()
