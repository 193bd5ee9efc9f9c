"""The role of each column: guessed from its header and cells, then confirmed by the user in the upload check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from metamed_core.data.records.columns.dates import Order, are_compact, days, order, proved_order
from metamed_core.data.records.columns.identifiers import Identity, identity, words_of
from metamed_core.data.records.columns.label_choice import guess_label
from metamed_core.data.records.columns.missing_codes import label_codes, missing_codes
from metamed_core.data.records.columns.rounded_codes import are_rounded_codes
from metamed_core.data.records.columns.units import unit_in
from metamed_core.data.records.columns.values import SHARE, Cells, Flags, is_yes_no, label_cells, numbers, share_read
from metamed_core.words import Language, Words


class Role(StrEnum):
    """The role of a column."""

    IDENTIFIER = "identifier"
    LABEL = "label"
    NUMBER = "number"
    YES_NO = "yes_no"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    GROUP = "group"
    FILE_NUMBER = "file_number"
    IGNORE = "ignore"

    @property
    def title(self) -> Words:  # type: ignore[override]  # str.title() is not needed for a role
        """Display name of the role."""
        return _TITLES[self]


_TITLES = {
    Role.IDENTIFIER: Words("identifier", "身份标识"),
    Role.LABEL: Words("diagnosis", "诊断"),
    Role.NUMBER: Words("number", "数值"),
    Role.YES_NO: Words("yes/no", "是/否"),
    Role.CATEGORY: Words("category", "类别"),
    Role.DATE: Words("date", "日期"),
    Role.TEXT: Words("free text", "自由文本"),
    Role.GROUP: Words("group (hospital, paper)", "分组（医院、论文）"),
    Role.FILE_NUMBER: Words("file number (to find patients)", "病历号（仅供查找患者）"),
    Role.IGNORE: Words("not used", "不使用"),
}

FEATURES = frozenset({Role.NUMBER, Role.YES_NO, Role.CATEGORY, Role.DATE})
"""Roles of the feature columns."""


@dataclass(frozen=True)
class Column:
    """The role, unit and reference range of a column.

    Parameters
    ----------
    name
        The header.
    role
        The role.
    unit
        Unit of the values; empty if unknown.
    low, high
        Reference range in `unit`; None if unknown.
    title
        Display name; None: `name`.
    confirmed
        Whether the user gave the column its role, so that it is not asked about.
    missing
        Texts of this column that stand for a missing value, such as `999`.
    kept
        Texts that are values although they look like missing ones: the user said so.
    blank_is_no
        Whether empty cells mean no, in a column of ticks.
    day_first
        Whether `03/04/2024` is the third of April; None: as other cells of the column show.
    cost
        What a value of this column costs to measure, in any unit that all columns share, 0 or more; None if unknown. It changes no answer.
    """

    name: str
    role: Role
    unit: str = ""
    low: float | None = None
    high: float | None = None
    title: Words | None = None
    confirmed: bool = False
    missing: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    blank_is_no: bool = True
    day_first: bool | None = None
    cost: float | None = None

    def label(self, language: Language) -> str:
        """Return the display name in `language`."""
        return self.title.into(language) if self.title else self.name


_SEX = re.compile(r"sex|gender|性别|男女|(?:.* )?(?:sex|gender)(?: .*)?")
MAX_LEVEL_LENGTH = 40
MANY_LEVELS = 20


def guess_columns(cells: Mapping[str, Cells], *, with_label: bool = True) -> tuple[Column, ...]:
    """Guess the role and unit of every column.

    Parameters
    ----------
    cells
        The cells of each column, by its header.
    with_label
        Whether one column should get the role LABEL.
    """
    roles = {name: guess_role(name, one) for name, one in cells.items()}
    if with_label:
        words = {name for name, role in roles.items() if role is Role.CATEGORY}
        codes = {name for name, role in roles.items() if role in {Role.NUMBER, Role.YES_NO}}
        label = guess_label(cells, words, codes).name
        roles |= {label: Role.LABEL} if label is not None else {}
    columns = [_described(name, role, cells[name]) for name, role in roles.items()]
    day_first = proved_order(cells[name] for name, role in roles.items() if role in {Role.DATE, Role.IDENTIFIER})
    return tuple(
        replace(one, day_first=day_first)
        if one.role is Role.DATE and day_first is not None and order(cells[one.name]) is Order.OPEN
        else one
        for one in columns
    )


def _described(name: str, role: Role, cells: Cells) -> Column:
    """A column with its unit and with the codes that can only mean missing, such as 999 among ages."""
    if role is Role.LABEL:
        labels = label_cells(cells.column)
        codes = label_codes(labels, others_open=labels.n_known < len(cells.codes))
    else:
        codes = missing_codes(name, cells) if role in {Role.NUMBER, Role.CATEGORY} else ()
    missing = tuple(code.text for code in codes if code.sure)
    if missing and role is not Role.LABEL:
        cells = Cells(cells.column, read_as_missing=missing)
        role = again if (again := guess_role(name, cells)) in FEATURES else role
    return Column(name, role, _unit(name, cells) if role is Role.NUMBER else "", missing=missing)


def _unit(name: str, cells: Cells) -> str:
    """The unit to which quantities are brought, the unit in the header, or else the only unit in the cells."""
    written = numbers(cells).written
    if written is not None and written.unit:
        return written.unit
    named = cells.units()
    return unit_in(name) or (named[0] if len(named) == 1 else "")


def guess_role(name: str, cells: Cells) -> Role:
    """Guess the role of a column that does not hold the diagnoses."""
    if not cells.levels:
        return Role.IGNORE
    if identity(name, cells) is not Identity.NOTHING or are_rounded_codes(name, cells.levels):
        return Role.IDENTIFIER
    if is_yes_no(cells) and not _SEX.fullmatch(words_of(name)):
        return Role.YES_NO
    return _guess_kind(cells)


def _guess_kind(cells: Cells) -> Role:
    """Number, date, text or category, by what can be read."""
    if are_compact(cells.levels):
        return Role.DATE
    for fits in (_nearly_all, _mostly):
        if fits(cells, numbers(cells).unreadable):
            return Role.NUMBER
        if fits(cells, days(cells)[1]):
            return Role.DATE
    return Role.TEXT if _is_free_text(cells) else Role.CATEGORY


def _nearly_all(cells: Cells, unreadable: Flags) -> bool:
    return share_read(cells, unreadable) >= SHARE


def _mostly(cells: Cells, unreadable: Flags) -> bool:
    """Whether a column of which half can be read has this type: its readable cells differ between patients.

    In a table of fifteen patients, two hemolyzed samples exceed a tenth of the cells; the check then reports the unreadable cells.
    """
    n_read = cells.n_known - int(unreadable.sum())
    return n_read >= 3 and n_read >= 0.5 * cells.n_known and len(cells.levels) > 0.5 * cells.n_known


def _is_free_text(cells: Cells) -> bool:
    mean_length = sum(map(_width, cells.levels)) / len(cells.levels)
    return mean_length > MAX_LEVEL_LENGTH or (len(cells.levels) > MANY_LEVELS and len(cells.levels) > cells.n_known / 2)


def _width(text: str) -> int:
    """Length in Latin letters: a Chinese character counts as two."""
    return sum(2 if "\u2e80" <= letter <= "\uffef" else 1 for letter in text)
