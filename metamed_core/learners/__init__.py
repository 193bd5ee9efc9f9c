"""The meta-learning algorithms, one file per paper.

A learner turns a support set into a sequence of classifiers (`adapt`) and defines the loss that meta-training minimizes (`meta_loss`);
see `learner`. A new file that defines a `Learner` subclass is registered automatically. `baselines` holds classifiers without
meta-training, `weights` the shipped weight files.

- `LEARNERS`: the learners by name, in the order in which they are offered; the first is what Diagnose opens with.
- `MAX_BYTES`: size of the largest weight file that is read.
- `MAX_CARD_BYTES`: size of the largest card that is read.
- `MOST_NAME`: characters of a name on a card.
- `RANDOM`: the name of random initial weights.
- `UNIVERSAL`: the name of the shipped initial weights.
- `Additive`: a classifier whose scores are sums over the cells of a patient.
- `Calibrated`: a classifier whose probabilities a calibration has corrected.
- `Classifier`: the classifier after one step of adaptation.
- `HeldOut`: what was answered to the labeled patients that were held out.
- `ValidatedOn`: what the tasks of the validations are like.
- `Initialization`: what adaptation starts from: network, weights, calibration, card.
- `Learner`: the interface of every algorithm.
- `Measured`: what was measured of a learner.
- `Maml`: model-agnostic meta-learning (Finn et al. 2017).
- `METRIC_STRENGTHS`: the meta-learned weight that says how far the labeled patients scale the distances.
- `Precision`: the number formats of meta-training.
- `PriorFitted`: a network trained on a prior (Müller et al. 2022).
- `PriorFittedClassifier`: its classifier.
- `Prototypical`: prototypical networks (Snell et al. 2017).
- `Recipe`: how a learner's shipped weights are made.
- `Reptile`: Reptile (Nichol et al. 2018).
- `ScoreParts`: what each cell adds to the difference of two scores.
- `Setting`: one field of a learner, as a form offers it.
- `SupportCrossValidator`: cross-validates a learner on the support set, in step with its adaptation.
- `Voting`: a classifier whose probabilities are sums of labeled patients' votes.
- `add_to_card`: writes facts into the card of weights.
- `agreement_sharpness`: how sure answers may be by the agreement of two halves of the columns on the undiagnosed patients.
- `asides_of`: the temporary files that a killed process has left behind.
- `attention`: attention weights of each query patient over the labeled patients.
- `column_scale`: what the labeled patients multiply each number of an embedding by.
- `cross_entropy`: class-balanced cross-entropy.
- `descend`: one step of gradient descent.
- `descended`: several steps of gradient descent.
- `found_in`: the learners that the modules of a package define.
- `in_parts`: splits many patients into parts of a fraction of a second.
- `initial_minus_adapted`: Reptile's outer step, as a gradient.
- `last_classifier`: adapts to a task and calibrates the answers by the table's own patients.
- `load_weights`: shipped, random or saved weights as an `Initialization`.
- `matching_posterior`: the probabilities of matching networks.
- `prototypical_log_posterior`: the log-probabilities of prototypical networks.
- `read_bytes`: the content of a file of bounded size.
- `read_card`: the card of weights.
- `save_weights`: writes weights and their card.
- `settings`: the fields of a learner that a form can offer.
- `shipped`: the file of a learner's shipped weights.
- `support_cross_validator`: the file of `SupportCrossValidator`.
- `weights_path`: the file behind the name of initial weights.
- `validated_on`: the tasks of the validations on a card.
- `write_card`: writes a card.
- `write_whole`: writes a file atomically.
"""

from __future__ import annotations

from metamed_core.learners import support_cross_validator
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.card import MOST_NAME, ValidatedOn, validated_on
from metamed_core.learners.column_agreement import agreement_sharpness
from metamed_core.learners.discovery import found_in
from metamed_core.learners.initialization import RANDOM, UNIVERSAL, Initialization, load_weights, weights_path
from metamed_core.learners.inner_loop import descend, descended
from metamed_core.learners.learner import Classifier, Learner, Setting, cross_entropy, settings
from metamed_core.learners.maml import Maml
from metamed_core.learners.matching import attention, matching_posterior
from metamed_core.learners.measured import Measured
from metamed_core.learners.patient_parts import in_parts
from metamed_core.learners.prior_fitted import PriorFitted, PriorFittedClassifier
from metamed_core.learners.prototypical import Prototypical, prototypical_log_posterior
from metamed_core.learners.recipe import Precision, Recipe
from metamed_core.learners.reptile import Reptile, initial_minus_adapted
from metamed_core.learners.score_parts import Additive, ScoreParts, Voting
from metamed_core.learners.support_cross_validator import HeldOut, SupportCrossValidator, last_classifier
from metamed_core.learners.support_metric import METRIC_STRENGTHS, column_scale
from metamed_core.learners.weight_files import (
    MAX_BYTES,
    MAX_CARD_BYTES,
    add_to_card,
    asides_of,
    read_bytes,
    read_card,
    save_weights,
    shipped,
    write_card,
    write_whole,
)

LEARNERS: dict[str, type[Learner]] = found_in(__name__, __path__)
"""The learners by name, in the order in which they are offered."""

__all__ = [
    "LEARNERS",
    "MAX_BYTES",
    "MAX_CARD_BYTES",
    "METRIC_STRENGTHS",
    "MOST_NAME",
    "RANDOM",
    "UNIVERSAL",
    "Additive",
    "Calibrated",
    "Classifier",
    "HeldOut",
    "Initialization",
    "Learner",
    "Maml",
    "Measured",
    "Precision",
    "PriorFitted",
    "PriorFittedClassifier",
    "Prototypical",
    "Recipe",
    "Reptile",
    "ScoreParts",
    "Setting",
    "SupportCrossValidator",
    "ValidatedOn",
    "Voting",
    "add_to_card",
    "agreement_sharpness",
    "asides_of",
    "attention",
    "column_scale",
    "cross_entropy",
    "descend",
    "descended",
    "found_in",
    "in_parts",
    "initial_minus_adapted",
    "last_classifier",
    "load_weights",
    "matching_posterior",
    "prototypical_log_posterior",
    "read_bytes",
    "read_card",
    "save_weights",
    "settings",
    "shipped",
    "support_cross_validator",
    "validated_on",
    "weights_path",
    "write_card",
    "write_whole",
]
