"""Whether weights were meta-trained on the patients that they are now compared on: their figures are then too good."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metamed_core.data import Cohort
from metamed_core.drawing import joined, verbatim
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.methods import Method
from metamed_core.words import Words


def unseen_diagnoses(methods: Sequence[Method], cohort: Cohort) -> tuple[str, ...]:
    """Diagnoses on which a comparison of these methods on this table is fair.

    Returns
    -------
    tuple of str
        Those that no method was meta-trained on with this very table; all of the table's if fewer than two remain. Raises UserError if a
        card cannot be read.
    """
    known = {name for one in methods if (seen := one.seen).sha256 == cohort.sha256 for name in seen.diagnoses}
    left = tuple(name for name in cohort.counts if name not in known)
    return left if len(left) > 1 else tuple(cohort.counts)


def training_warnings(comparison: Comparison, called: Callable[[str], Words] = verbatim) -> tuple[Words, ...]:
    """A sentence for each method whose weights were meta-trained on diagnoses of this comparison.

    Parameters
    ----------
    comparison
        The comparison; it may be without results.
    called
        Translates the name of a diagnosis.
    """
    found = (
        (entry, [name for name in comparison.counts if name in entry.seen])
        for entry in comparison.entries
        if entry.key not in comparison.twin_of
    )
    return tuple(_warning(entry, seen, comparison, called) for entry, seen in found if seen)


def _warning(entry: Entry, seen: Sequence[str], comparison: Comparison, called: Callable[[str], Words]) -> Words:
    names, new = joined([called(name) for name in seen]), [name for name in comparison.counts if name not in seen]
    if entry.seen_in != comparison.cohort:
        return _ALIKE.format(who=entry.title, seen=names)
    offer = _OFFER.format(new=joined([called(name) for name in new])) if len(new) > 1 else _NO_OFFER
    return _SAME.format(who=entry.title, seen=names, offer=offer)


_SAME = Words(
    "{who} was meta-trained on patients of this very table, with {seen}: its figures on them are too good. {offer}",
    "{who}的元训练用过这份表格中的患者（{seen}）：它在这些患者上的数值偏高。{offer}",
)
_OFFER = Words("Compare on the diagnoses that it has not seen: {new}.", "请在它未见过的诊断上比较：{new}。")
_NO_OFFER = Words("Too few diagnoses are new to it: compare on another table.", "它未见过的诊断太少：请改用另一份表格比较。")
_ALIKE = Words(
    "{who} was meta-trained on a table with diagnoses of the same names ({seen}): if these are the same patients, its figures are too good.",
    "{who}的元训练用过含有同名诊断的表格（{seen}）：如果是相同的患者，它的数值就偏高。",
)
