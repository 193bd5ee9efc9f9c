"""Why a few patients are not enough without practice, and what practice on other diseases is worth: all of it run here, live.

Twelve laboratory values; all diseases of this little world move them along the same two directions (two organ systems), each in
a way of its own, while ten other directions vary for reasons that have nothing to do with disease. Plain learning must find that
out from the labelled patients; meta-learning finds it out from other diseases. Learners, meta-training and metrics are the library's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import torch
from torch import Tensor

from metamed_core import metrics
from metamed_core.backbones import Perceptron
from metamed_core.encoding import CHANNELS
from metamed_core.episode import Episode, LabelledSet
from metamed_core.learner import Classifier
from metamed_core.learners.prototypical import Prototypical
from metamed_core.lessons.state import State, real, whole
from metamed_core.meta_training import MetaState, MetaTraining, meta_train
from metamed_core.palette import Look, looks
from metamed_core.picture import GREY, TEAL, Area, Axis, Dots, Label, Line, Mark, Picture, Table, points, same
from metamed_core.plain import PLAIN
from metamed_core.words import Words

N_COLUMNS, N_QUERY, N_TASKS, N_CLINICS = 12, 20, 30, 5
MOST_PRACTICE, PORTION, TASKS_A_STEP = 150, 10, 16
SHOTS = (1, 2, 3, 5, 10, 20, 50)
SIGNAL, NUISANCE, NOISE = 1.0, 1.6, 0.55  # how far a disease moves; how much the ten other directions vary; error of each value
PLAN = MetaTraining(meta_steps=MOST_PRACTICE, meta_batch=TASKS_A_STEP, meta_lr=0.02)


@dataclass(frozen=True)
class Why(State):
    """shots: labelled patients of each of two diseases; practice: outer steps of meta-training done.

    unlike: how far the diseases practised on differ from ours, 0: other diseases of the same organ systems .. 1: other organ systems.
    """

    shots: int = whole(3, 1, 20)
    practice: int = whole(0, 0, MOST_PRACTICE)
    unlike: float = real(0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Diseases:
    """Tasks of two diseases each: which of the two? axes: the two directions `(2, n_columns)` along which diseases of this kind move."""

    axes: Tensor
    shots: int

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """Tasks of one shape: cells `(n_tasks, n_patients, n_columns, n_channels)`, of which only the values are filled."""
        y = torch.cat([torch.arange(2).repeat(n) for n in (self.shots, N_QUERY)]).expand(n_tasks, -1)
        angle = torch.rand(n_tasks, 1, generator=rng) * 2 * math.pi
        towards = SIGNAL * torch.cat([angle.cos(), angle.sin()], -1).unsqueeze(1)
        along = (2 * y - 1).unsqueeze(-1) * towards
        shape = (n_tasks, y.shape[1], N_COLUMNS)
        off = torch.eye(N_COLUMNS) - self.axes.T @ self.axes
        values = along @ self.axes + NUISANCE * torch.randn(shape, generator=rng) @ off + NOISE * torch.randn(shape, generator=rng)
        cells = torch.cat([values.unsqueeze(-1), torch.zeros(*shape, len(CHANNELS) - 1)], -1)
        n = 2 * self.shots
        return Episode(LabelledSet(cells[:, :n], y[:, :n]), LabelledSet(cells[:, n:], y[:, n:]), 2)


@lru_cache(maxsize=32)
def axes(seed: int, unlike: float = 0.0) -> Tensor:
    """Two perpendicular directions; with `unlike` 1 perpendicular to those with 0, between them in between."""
    basis: Tensor = torch.linalg.qr(torch.randn(N_COLUMNS, 4, generator=torch.Generator().manual_seed(seed)))[0].T
    turned: Tensor = math.cos(unlike * math.pi / 2) * basis[:2] + math.sin(unlike * math.pi / 2) * basis[2:]
    return turned


@lru_cache(maxsize=64)
def new_tasks(seed: int, shots: int) -> Episode:
    """The tasks to be judged on: pairs of diseases that nobody has practised on."""
    return Diseases(axes(seed), shots).sample_batch(N_TASKS, torch.Generator().manual_seed(seed + 1))


def network() -> Perceptron:
    """Twelve values -> two numbers, so that one can look at the embedding."""
    return Perceptron(N_COLUMNS, hidden=32, features=2)


@lru_cache(maxsize=512)
def practised(seed: int, unlike: float, steps: int) -> MetaState:
    """The library's meta-training after so many outer steps on diseases of the kind `axes(seed, unlike)`, 3 shots a task."""
    tasks, before = Diseases(axes(seed, unlike), 3), steps - steps % PORTION - (PORTION if steps and not steps % PORTION else 0)
    plan = MetaTraining(PLAN.meta_steps, PLAN.meta_batch, PLAN.meta_lr, seed=seed)
    start = practised(seed, unlike, before) if steps else None
    *_, last = islice(meta_train(Prototypical(), network(), tasks, plan, start=start), steps - before + 1)
    return last


def _one(task: Episode, i: int) -> Episode:
    return Episode(LabelledSet(task.support.x[i], task.support.y[i]), LabelledSet(task.query.x[i], task.query.y[i]), task.n_way)


def plain(task: Episode) -> Classifier:
    """Ordinary learning: logistic regression fitted to the labelled patients and nothing else."""
    *_, last = PLAIN["logistic_regression"]().adapt(network(), {}, task.support, task.n_way)
    return last


def from_start(task: Episode, state: MetaState) -> Classifier:
    """The network with these weights, adapted to the labelled patients: a prototype of each disease."""
    *_, last = Prototypical().adapt(network(), state.weights, task.support, task.n_way)
    return last


def share_right(classifier: Classifier, patients: LabelledSet) -> float:
    """Share of patients that are named rightly; the library's `metrics.accuracy`."""
    return metrics.accuracy(patients.y.numpy(), classifier.predict_proba(patients.x).double().numpy())


@lru_cache(maxsize=256)
def plain_accuracy(seed: int, shots: int) -> tuple[float, float]:
    """Of ordinary learning, mean over the new tasks: on the labelled patients themselves, and on new ones."""
    tasks = new_tasks(seed, shots)
    each = [(_one(tasks, i), plain(_one(tasks, i))) for i in range(N_TASKS)]
    return _mean(share_right(one, task.support) for task, one in each), _mean(share_right(one, task.query) for task, one in each)


@lru_cache(maxsize=1024)
def practised_accuracy(seed: int, shots: int, unlike: float, steps: int) -> float:
    """Of the practised network, on new patients of the new tasks."""
    tasks, start = new_tasks(seed, shots), practised(seed, unlike, steps)
    return _mean(share_right(from_start(_one(tasks, i), start), _one(tasks, i).query) for i in range(N_TASKS))


def gain(state: Why) -> tuple[float, float]:
    """Accuracy with these settings: practised network, ordinary learning."""
    return practised_accuracy(state.seed, state.shots, state.unlike, state.practice), plain_accuracy(state.seed, state.shots)[1]


@lru_cache(maxsize=64)
def clinics(seed: int, shots: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Ten new patients with their true disease, and what each of five clinics says, all learnt alike, each from patients of its own."""
    rng = torch.Generator().manual_seed(seed + 2)
    kind, n = Diseases(axes(seed), N_CLINICS * shots), 10
    one = _one(kind.sample_batch(1, rng), 0)
    rows = torch.arange(len(one.support))
    said = []
    for clinic in range(N_CLINICS):
        # Patients alternate between the two diseases, so every clinic has as many of each.
        own = one.support.take(rows[2 * shots * clinic : 2 * shots * (clinic + 1)])
        said.append(tuple(plain(Episode(own, one.query, 2)).predict_proba(one.query.x[:n]).argmax(-1).tolist()))
    return tuple(one.query.y[:n].tolist()), tuple(said)


def n_unanimous(seed: int, shots: int) -> int:
    """Of the ten patients, about how many all five clinics say the same."""
    return sum(len(set(patient)) == 1 for patient in zip(*clinics(seed, shots)[1], strict=True))


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


# -- pictures --------------------------------------------------------------------------------------------------------

ACCURACY = Axis(
    Words("accuracy", "准确率"), 0.4, 1.02, percent=True, ticks=tuple((v / 10, same(f"{10 * v} %")) for v in (4, 5, 6, 7, 8, 9, 10))
)
PLAIN_LOOK, PRACTISED_LOOK = Look("#D55E00", "square", (6, 3)), TEAL
PLAIN_NAME = Words("ordinary learning (logistic regression)", "普通学习（逻辑回归）")
PRACTISED_NAME = Words("network that has practised", "练习过的网络")


def bars(state: Why, *, revealed: bool) -> Picture:
    """Ordinary learning on its labelled patients, and on new ones once revealed."""
    seen, new = plain_accuracy(state.seed, state.shots)
    shown = [(Words("labelled patients", "已确诊患者"), seen)] + ([(Words("new patients", "新患者"), new)] if revealed else [])
    marks: list[Mark] = []
    for i, (_, value) in enumerate(shown):
        marks.append(Area(((i + 0.7, 0), (i + 0.7, value), (i + 1.3, value), (i + 1.3, 0)), PLAIN_LOOK, 0.75))
        marks.append(Label((i + 1.0, value + 0.045), same(f"{100 * value:.0f} %"), bold=True))
    marks.append(Line(((0.4, 0.5), (2.6, 0.5)), GREY, Words("a coin", "掷硬币")))
    names = (*(name for name, _ in shown), Words("new patients: ?", "新患者：？"))[:2]
    title = Words("Named rightly, after learning from {n} patients of each disease", "每种疾病用 {n} 位患者学习之后，判断正确的比例")
    how = Words("How to read: mean over {n} tasks of two diseases each.", "读法：{n} 个任务（各两种疾病）的平均。").format(n=N_TASKS)
    x = Axis(Words("", ""), 0.4, 2.6, ticks=tuple((i + 1.0, name) for i, name in enumerate(names)))
    y = Axis(ACCURACY.title, 0, 1.12, ticks=tuple((v / 4, same(f"{25 * v} %")) for v in range(5)))
    return Picture(title.format(n=state.shots), how, Words("Two bars: accuracy on labelled and on new patients", "两个条形：在已确诊患者与新患者上的准确率"), x, y, tuple(marks), shape=(640, 380))  # fmt: skip


def by_shots(state: Why, *, revealed: bool) -> Picture:
    """Ordinary learning against the number of labelled patients; before the reveal only what the first screen showed."""
    at = [(i, k, plain_accuracy(state.seed, k)[1]) for i, k in enumerate(SHOTS) if revealed or k <= 3]
    marks = (Line(tuple((float(i), value) for i, _, value in at), PLAIN_LOOK, PLAIN_NAME, 2.5, marks=True), *_tags(at))
    x = Axis(Words("labelled patients of each disease", "每种疾病的已确诊患者数"), -0.4, len(SHOTS) - 0.6, ticks=tuple((float(i), same(k)) for i, k in enumerate(SHOTS)))  # fmt: skip
    title = Words("How many labelled patients does ordinary learning need?", "普通学习需要多少位已确诊患者？")
    how = Words("How to read: accuracy on new patients, mean over {n} tasks.", "读法：在新患者上的准确率，{n} 个任务的平均。").format(
        n=N_TASKS
    )
    return Picture(title, how, Words("Accuracy of ordinary learning by number of patients", "普通学习的准确率随患者数的变化"), x, ACCURACY, marks, shape=(640, 380))  # fmt: skip


def _tags(at: list[tuple[int, int, float]]) -> list[Mark]:
    return [Label((float(i), value - 0.045), same(f"{100 * value:.0f} %")) for i, _, value in at]


def opinions(state: Why, *, revealed: bool) -> Table:
    """Ten new patients: the truth and, once revealed, what five clinics say; wrong answers are bold."""
    truth, said = clinics(state.seed, state.shots)
    called = (Words("disease 1", "疾病 1"), Words("disease 2", "疾病 2"))
    header = (
        Words("patient", "患者"),
        Words("truth", "真实诊断"),
        *(Words("clinic {n}", "诊所 {n}").format(n=i + 1) for i in range(N_CLINICS)),
    )
    rows = tuple(
        (same(f"P-{i + 1:02d}"), called[y], *(called[one[i]] if revealed else same("?") for one in said)) for i, y in enumerate(truth)
    )
    wrong = {(i, j + 2) for i, y in enumerate(truth) for j, one in enumerate(said) if revealed and one[i] != y}
    title = Words("Five clinics, {n} patients of each disease in each: who says what?", "五家诊所，每家每种疾病 {n} 位患者：各自怎么说？")
    how = Words("How to read: one row a new patient; bold is wrong.", "读法：每行一位新患者；粗体为错误。")
    look = looks(2)
    return Table(title.format(n=state.shots), how, header, rows, tuple(look[y] for y in truth), frozenset(wrong), 700)


def learning(state: Why) -> Picture:
    """Accuracy on diseases never practised on, by outer steps of practice, beside ordinary learning from the same patients."""
    done = range(0, state.practice + 1, PORTION)
    level = plain_accuracy(state.seed, state.shots)[1]
    way = tuple((float(n), practised_accuracy(state.seed, state.shots, state.unlike, n)) for n in done)
    marks = (
        Line(((0.0, level), (float(MOST_PRACTICE), level)), PLAIN_LOOK, PLAIN_NAME, 2.5),
        Line(way, PRACTISED_LOOK, PRACTISED_NAME, 2.5, marks=True),
    )
    x = Axis(Words("steps of practice (16 tasks of other diseases each)", "练习步数（每步 16 个其他疾病的任务）"), -4, MOST_PRACTICE + 4)
    now, title = way[-1][1], Words("On new diseases, {k} patients each: {now} % (ordinary learning {level} %)", "新疾病各 {k} 位患者：{now}%（普通学习 {level}%）")  # fmt: skip
    how = Words("How to read: accuracy on diseases that were never practised on.", "读法：在从未练习过的疾病上的准确率。")
    told = title.format(k=state.shots, now=f"{100 * now:.0f}", level=f"{100 * level:.0f}")
    return Picture(told, how, Words("Accuracy by steps of practice", "准确率随练习步数的变化"), x, ACCURACY, marks, shape=(440, 380))


def seen_by_network(state: Why) -> Picture:
    """One new task as the network sees it: patients' embeddings and the two prototypes."""
    task, start = _one(new_tasks(state.seed, state.shots), 0), practised(state.seed, state.unlike, state.practice)
    one = from_start(task, start)
    support, query, centres = (part.double() for part in (one.embed(task.support.x), one.embed(task.query.x), one.prototypes()))
    everyone = torch.cat([support, query])
    middle, reach = everyone.mean(0), float((everyone - everyone.mean(0)).abs().max()) * 1.1
    look, names = looks(2), (Words("disease 1", "疾病 1"), Words("disease 2", "疾病 2"))
    marks: list[Mark] = []
    for k in range(2):
        marks.append(Dots(points(query[task.query.y == k].tolist()), look[k], size=3, opacity=0.7))
        marks.append(Dots(points(support[task.support.y == k].tolist()), look[k], names[k], 6))
        marks.append(Dots(points(centres[k : k + 1].tolist()), look[k], size=11, filled=False))
    x, y = (Axis(Words(en, zh), float(m) - reach, float(m) + reach, ticks=()) for (en, zh), m in zip((("first output", "第一个输出"), ("second output", "第二个输出")), middle, strict=True))  # fmt: skip
    title = Words("One new task, as the network sees it after {n} steps", "练习 {n} 步后，网络眼中的一个新任务").format(n=state.practice)
    how = Words(
        "How to read: large marks are labelled, small ones asked about, outlines prototypes.",
        "读法：大标记已确诊，小标记待判断，空心为原型。",
    )
    return Picture(title, how, Words("Embedding of one task", "一个任务的嵌入"), x, y, tuple(marks), shape=(360, 380))


def meta_loss_now(state: Why) -> float:
    """Query loss of the last batch practised on; before the first step NaN."""
    return practised(state.seed, state.unlike, state.practice).loss
