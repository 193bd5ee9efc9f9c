"""Diagnosis of the unlabeled patients of one table.

`start` begins an adaptation; an `AdaptationTrace` records it step by step; `answers` returns the ranked diagnoses of every patient with
prediction set and nearest labeled patients, and `answers_csv`, `answers_html` and `answers_json` export them.

- `NOTHING_ODD`: the sentence shown if there is no warning.
- `NO_VALUE`: stands for a missing value.
- `AdaptationTrace`: an adaptation in progress and the record of its steps.
- `Answer`: one patient's diagnosis with prediction set and reason to abstain.
- `Case`: one undiagnosed patient at one step, perhaps with values changed.
- `Change`: a change of one value, and the answer with it.
- `ColumnEvidence`: what one column says about one patient.
- `Diagnosis`: one patient's ranked diagnoses and nearest labeled patients.
- `Evidence`: the reasons for one diagnosis against another.
- `Instructive`: what the confirmed diagnosis of one patient is expected to tell about the others.
- `Likeness`: how like the labeled patients others are, in the embedding.
- `Mistake`: a labeled patient who was named wrongly when held out.
- `Neighbor`: one of the nearest labeled patients.
- `ModelCard`: the items of TRIPOD+AI, filled in from the run.
- `NextTest`: what a missing value is expected to tell.
- `Order`: the sort orders of `arrange`.
- `Reasons`: the reasons for the answer to one patient.
- `SavedWork`: everything that leads to the same answers again, as one file.
- `SideBySide`: two patients compared.
- `SecondOpinion`: another algorithm, adapted to the same patients.
- `Step`: the record of one adaptation step.
- `Subgroup`: the held-out patients of one sex, age band or site.
- `TwoFindings`: what one column says about each of two patients.
- `Value`: a cell: a number, yes or no, a date as days, a category, or None.
- `Vote`: the vote of one labeled patient.
- `Without`: the answer without one labeled patient.
- `agreement_note`: in how many patients what a clinician said first agrees, in words.
- `agreement`: how many patients with a known diagnosis are predicted correctly.
- `answers`: the answers at one step, for every patient.
- `answers_csv`: the answers at one step as a CSV file.
- `answers_html`: the answers at one step as one HTML file.
- `answers_json`: the answers at one step as JSON.
- `answers_values`: the same as a dict.
- `arrange`: sorts and filters patients for display.
- `cases_html`: the report of one or more patients with the reasons.
- `column_words`: a column's name and unit.
- `deciding_patients`: the labeled patients of the two leading diagnoses, the nearest first.
- `can_only_choose`: the sentence that a patient may have none of the diagnoses considered.
- `columns_beyond`: the columns in which a patient lies beyond all labeled patients of a diagnosis.
- `diagnose`: ranked diagnoses and nearest patients at one step.
- `diagnosis_html`: the report of some answers as one HTML file.
- `evidence`: the findings for and against a diagnosis.
- `guarantee_note`: how many held-out patients their prediction set covers, and what so many can certify.
- `have_costs`: whether the order of the next tests counts their costs.
- `held_out_title`: the cross-validated accuracy in words.
- `held_out_warning`: a warning if the cross-validated accuracy is below that of the nearest class mean.
- `how_to_read`: how far the probabilities can be trusted.
- `how_to_read_evidence`: how the factors of the findings are read.
- `is_saved_work`: whether a file is saved work rather than a table.
- `known_counts`: how many patients have a value, by diagnosis and column.
- `limited_counts`: how many values are detection limits, by diagnosis and column.
- `mistakes`: the held-out patients who were named wrongly.
- `candidates`: the patients whose confirmed diagnosis is tried by `most_instructive`.
- `most_frequent`: the most frequent category of some cells.
- `most_instructive`: whose confirmed diagnosis would tell most about the others.
- `most_telling`: the columns in which the diagnoses differ most.
- `named_note`: what a clinician said before the answer was shown, beside it.
- `nearest_patients`: the labeled patients nearest in the embedding.
- `next_tests`: the missing columns by what they are expected to tell.
- `none_of_these`: why a patient may have none of the diagnoses.
- `out_of_range`: whether a value lies outside its reference range.
- `predicted`: the most probable diagnosis of each patient.
- `predictions_csv`: some answers as a CSV file.
- `profile`: prototypes on scales that columns share.
- `prototypes`: the mean patient of each diagnosis, in original units.
- `provenance`: how the answers were made: algorithm, settings, weights, seed, version.
- `reasons`: works out the reasons for one patient after the other.
- `read_saved_work`: reads a file of saved work.
- `second_opinions`: adapts the other algorithms to the same patients.
- `smallest_change`: the smallest change of one value that changes the answer.
- `said_and_right`: how sure the answers to held-out patients were, and how many were right.
- `side_by_side`: compares two patients.
- `signal`: the label-shuffle test of the held-out patients.
- `signal_note`: the same in words.
- `start`: begins an adaptation.
- `still_possible`: a prediction set in words.
- `trace`: the file of the `AdaptationTrace`.
- `votes`: the vote of each labeled patient, where the learner counts votes.
- `whom_to_confirm`: the most instructive patient as a sentence.
- `what_to_do`: which value to measure next, or why to stop, as a sentence.
- `with_pretest`: the probabilities with other pretest probabilities than equal ones.
- `without_each`: the answers without each of some labeled patients.
- `subgroup_table`: accuracy and coverage in each group as a table.
- `subgroups`: the held-out patients by sex, age band and site.
- `unjudged_note`: how many labeled patients could not be held out.
- `written_cell`: the value of one patient as it stands in the table.
- `written_factor`: how many times as probable something is.
- `written_range`: a reference range.
- `written_value`: a value as a person reads it.
"""

from __future__ import annotations

from metamed_core.diagnosis import trace
from metamed_core.diagnosis.abstention import Answer, answers, still_possible
from metamed_core.diagnosis.answers_csv import answers_csv, predictions_csv
from metamed_core.diagnosis.answers_html import answers_html, diagnosis_html
from metamed_core.diagnosis.answers_json import answers_json, answers_values
from metamed_core.diagnosis.as_written import NO_VALUE, column_words, written_cell, written_factor, written_range, written_value
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.cases_html import cases_html
from metamed_core.diagnosis.evidence import ColumnEvidence, Evidence, evidence, how_to_read_evidence
from metamed_core.diagnosis.model_card import ModelCard
from metamed_core.diagnosis.most_instructive import Instructive, candidates, most_instructive, whom_to_confirm
from metamed_core.diagnosis.named_first import agreement_note, named_note
from metamed_core.diagnosis.nearest_patients import nearest_patients
from metamed_core.diagnosis.next_test import NextTest, have_costs, next_tests, what_to_do
from metamed_core.diagnosis.none_of_these import can_only_choose, columns_beyond, none_of_these
from metamed_core.diagnosis.pretest import with_pretest
from metamed_core.diagnosis.prototypes import (
    known_counts,
    limited_counts,
    most_frequent,
    most_telling,
    out_of_range,
    profile,
    prototypes,
)
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.ranked_answers import Diagnosis, Neighbor, Order, agreement, arrange, diagnose, predicted
from metamed_core.diagnosis.reasons import Reasons, reasons
from metamed_core.diagnosis.reliability_notes import NOTHING_ODD, held_out_title, held_out_warning, how_to_read, said_and_right
from metamed_core.diagnosis.saved_work import SavedWork, is_saved_work, read_saved_work
from metamed_core.diagnosis.second_opinion import SecondOpinion, second_opinions
from metamed_core.diagnosis.side_by_side import SideBySide, TwoFindings, side_by_side
from metamed_core.diagnosis.signal import Mistake, guarantee_note, mistakes, signal, signal_note, unjudged_note
from metamed_core.diagnosis.subgroups import Subgroup, subgroup_table, subgroups
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.diagnosis.unlike import Likeness
from metamed_core.diagnosis.votes import Vote, Without, deciding_patients, votes, without_each
from metamed_core.diagnosis.watched_step import Step
from metamed_core.diagnosis.what_if import Change, smallest_change

__all__ = [
    "NOTHING_ODD",
    "NO_VALUE",
    "AdaptationTrace",
    "Answer",
    "Case",
    "Change",
    "ColumnEvidence",
    "Diagnosis",
    "Evidence",
    "Instructive",
    "Likeness",
    "Mistake",
    "ModelCard",
    "Neighbor",
    "NextTest",
    "Order",
    "Reasons",
    "SavedWork",
    "SecondOpinion",
    "SideBySide",
    "Step",
    "Subgroup",
    "TwoFindings",
    "Value",
    "Vote",
    "Without",
    "agreement",
    "agreement_note",
    "answers",
    "answers_csv",
    "answers_html",
    "answers_json",
    "answers_values",
    "arrange",
    "can_only_choose",
    "candidates",
    "cases_html",
    "column_words",
    "columns_beyond",
    "deciding_patients",
    "diagnose",
    "diagnosis_html",
    "evidence",
    "guarantee_note",
    "have_costs",
    "held_out_title",
    "held_out_warning",
    "how_to_read",
    "how_to_read_evidence",
    "is_saved_work",
    "known_counts",
    "limited_counts",
    "mistakes",
    "most_frequent",
    "most_instructive",
    "most_telling",
    "named_note",
    "nearest_patients",
    "next_tests",
    "none_of_these",
    "out_of_range",
    "predicted",
    "predictions_csv",
    "profile",
    "prototypes",
    "provenance",
    "read_saved_work",
    "reasons",
    "said_and_right",
    "second_opinions",
    "side_by_side",
    "signal",
    "signal_note",
    "smallest_change",
    "start",
    "still_possible",
    "subgroup_table",
    "subgroups",
    "trace",
    "unjudged_note",
    "votes",
    "what_to_do",
    "whom_to_confirm",
    "with_pretest",
    "without_each",
    "written_cell",
    "written_factor",
    "written_range",
    "written_value",
]
