"""The role of each column: guessed from its header and cells, then confirmed by the user in the upload check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.identifiers import Identity, identity, words_of
from metamed_core.data.records.columns.units import unit_in, units_in
from metamed_core.data.records.columns.values import SHARE, Cells, Flags, is_yes_no, numbers, share_read
from metamed_core.words import Language, Words

MAX_CLASSES = 50
"""Largest number of diagnoses of a task."""


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
    """

    name: str
    role: Role
    unit: str = ""
    low: float | None = None
    high: float | None = None
    title: Words | None = None

    def label(self, language: Language) -> str:
        """Return the display name in `language`."""
        return self.title.into(language) if self.title else self.name


# From the most to the least certain; the first pattern that matches a header applies.
_LABEL_NAMES = (
    re.compile(
        r"(?:final |primary |main |confirmed |clinical |true )?diagnos[ie]s(?: label| class| name| \d)?|dx|final dx|dx final|诊断|诊断结果|最终诊断|主要诊断|出院诊断|临床诊断|确诊|确诊疾病|疾病诊断|诊断名称"
    ),
    re.compile(r"disease|label|labels|class|target|disease name|disease label|disease type|疾病|疾病名称|标签|病种|类别|分类|病名|目标"),
    re.compile(
        r"(?:.* )?diagnos[ie]s|diagnose|dx code|icd ?10|ground truth|severity|.*诊断|condition|disorder|syndrome|outcome|category|subtype|y|prognosis|group|result|结局|结果|分型|亚型|分组|组别"
    ),
)
_SEX = re.compile(r"sex|gender|性别|男女|(?:.* )?(?:sex|gender)(?: .*)?")
_NOT_A_LABEL = re.compile(
    r"sex|gender|race|ethnicity|hospital|site|center|centre|ward|smok.*|blood ?(?:type|group)|referral source|性别|民族|医院|科室|血型|婚姻.*|职业"
)

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
    label = _label_by_name(cells) if with_label else None
    roles = {name: Role.LABEL if name == label else guess_role(name, one) for name, one in cells.items()}
    if with_label and label is None and (last := _label_by_values(roles, cells)) is not None:
        roles[last] = Role.LABEL
    return tuple(Column(name, role, _unit(name, cells[name]) if role is Role.NUMBER else "") for name, role in roles.items())


def _unit(name: str, cells: Cells) -> str:
    """The unit in the header, or else the only unit in the cells."""
    named = units_in(cells.levels)
    return unit_in(name) or (named[0] if len(named) == 1 else "")


def guess_role(name: str, cells: Cells) -> Role:
    """Guess the role of a column that does not hold the diagnoses."""
    if not cells.levels:
        return Role.IGNORE
    if identity(name, cells) is not Identity.NOTHING:
        return Role.IDENTIFIER
    if is_yes_no(cells) and not _SEX.fullmatch(words_of(name)):
        return Role.YES_NO
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


def _label_by_name(cells: Mapping[str, Cells]) -> str | None:
    for strength, pattern in enumerate(_LABEL_NAMES):
        fitting = [name for name in cells if _fits(pattern, name)]
        fitting = [name for name in fitting if strength == 0 or _few_values(cells[name], least=1)]
        if fitting:
            return fitting[-1]
    return None


def _fits(pattern: re.Pattern[str], name: str) -> bool:
    return (pattern.fullmatch(words_of(name)) or pattern.fullmatch(name.strip().lower())) is not None


def is_named_label(name: str) -> bool:
    """Whether a header indicates a column of diagnoses."""
    return any(_fits(pattern, name) for pattern in _LABEL_NAMES)


def _label_by_values(roles: Mapping[str, Role], cells: Mapping[str, Cells]) -> str | None:
    """The last category column in which at least half of the values are repeated."""
    fitting = [
        name
        for name, role in roles.items()
        if role is Role.CATEGORY
        and _few_values(cells[name], least=2)
        and 2 * len(cells[name].levels) <= cells[name].n_known
        and not _NOT_A_LABEL.fullmatch(words_of(name))
    ]
    return fitting[-1] if fitting else None


def _few_values(cells: Cells, least: int) -> bool:
    return least <= len(cells.levels) <= min(MAX_CLASSES, max(2, cells.n_known - 1))
