"""A comparison in one call, for notebooks: plan, run, collect the results."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data import Cohort, PatientRecords
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.episode_draws import SHOTS
from metamed_core.evaluation.methods import DEFAULTS, Method, with_twins
from metamed_core.evaluation.methods import methods as methods_of
from metamed_core.evaluation.plan import N_EPISODES, plan_for
from metamed_core.evaluation.runner import compare
from metamed_core.knowledge import Knowledge


def evaluate(
    cohort: Cohort | PatientRecords,
    methods: Sequence[str | Method] = DEFAULTS,
    shots: Sequence[int] = SHOTS,
    n_episodes: int = N_EPISODES,
    seed: int = 0,
    knowledge: Knowledge | None = None,
) -> Comparison:
    """Compare methods on the labeled patients of one table, all on the same episodes.

    Parameters
    ----------
    cohort : Cohort or PatientRecords
        The patients; those without a diagnosis are used only to standardize the columns.
    methods : sequence of str or Method
        Methods or their keys, such as "maml" or "logistic_regression"; "maml-none" is MAML without meta-training.
    shots : sequence of int
        Labeled patients per diagnosis. Values that the table does not allow are skipped; if none remains, leave-one-out is used.
    n_episodes : int
        Episodes at each number of shots.
    seed : int
        Random seed of the episodes.
    knowledge : Knowledge or None
        Each learner takes part twice then, without and with it. With `NO_PATIENT` among the shots it answers alone.

    Returns
    -------
    Comparison
        All results; see `Comparison.table`, `leaderboard` and `comparison_html`.

    Raises
    ------
    UserError
        If a method is unknown, its weights cannot be read, or the table has too few patients.
    """
    patients = Cohort.of_records(cohort) if isinstance(cohort, PatientRecords) else cohort
    who = [one if isinstance(one, Method) else methods_of((one,))[0] for one in methods]
    who = who if knowledge is None else list(with_twins(who, knowledge))
    plan, _ = plan_for(patients, who, shots, n_episodes, seed)
    return Comparison.of(plan).plus(compare(plan))
