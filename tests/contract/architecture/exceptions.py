"""What the laws let pass, file by file. An entry that nothing needs any more fails the tests."""

from __future__ import annotations

EXCEPTIONS: dict[str, dict[str, str]] = {
    "no_learner_is_special": {
        "metamed_core/learners/__init__.py": "offers the classes that the lessons take apart",
        "metamed_core/evaluation/methods.py": "DEFAULTS: who is compared unless somebody chooses, MAML without meta-training among them",
        "metamed_core/estimator.py": "the documented default of `FewShotClassifier(algorithm=...)`",
        "metamed_core/cli/diagnose.py": "the documented default of `diagnose --algorithm`",
        "metamed_core/cli/engine_benchmark.py": "measures each engine beside a plain loop of the same paper",
        "pages/parts/meta_train/request.py": "the learner that the page opens with",
    },
}
"""By law and file: what stays, and why."""

PENDING: dict[str, set[str]] = {}
"""By law: files that still break it and are being mended; empty where all is well."""


def allowed(law: str) -> set[str]:
    """The files that a law lets pass."""
    return {*EXCEPTIONS.get(law, {}), *PENDING.get(law, set())}
