"""The tables and pictures of the lesson on episodes."""

from __future__ import annotations

from dataclasses import replace

from metamed_core.drawing import GRAY, TEAL, Axis, Chart, Dots, Line, Table, series_styles, verbatim
from metamed_core.evaluation import EpisodeIndices
from metamed_core.words import Words
from pages.lessons.l02_episode.computation import COLUMNS, DIAGNOSES, N_EPISODES, EpisodeState, cohort, episode, mean, of_state, said

STYLES = series_styles(5)


def whole_cohort(state: EpisodeState) -> Table:
    """What an episode is drawn from: how many patients there are with each diagnosis."""
    everyone = cohort(state.seed)
    title = Words("The data set: {n} {n:patient|patients}", "数据集：{n} 位患者")
    rows = tuple((_called(name), verbatim(len(members))) for name, members in everyone.members.items())
    header = (Words("diagnosis", "诊断"), Words("patients", "患者数"))
    how = Words("How to read: the task will be drawn from these patients.", "读法：任务将从这些患者中抽取。")
    return Table(title.format(n=len(everyone.labels)), how, header, rows, width=300)


def support_table(state: EpisodeState) -> Table:
    """The labeled patients."""
    one = episode(state)
    title = Words("Support set: {n} labeled {n:patient|patients}", "支持集：{n} 位已确诊患者").format(n=len(one.support))
    how = Words("The learner sees everything in the support set.", "学习器可以查看支持集的全部内容。")
    leak = Words("Bold: patients who are in the query set too.", "粗体：同时也在查询集中的患者。")
    rows = sorted(one.support.tolist(), key=lambda row: _number(state, one, row))
    both = frozenset((i, 0) for i, row in enumerate(rows) if row in set(one.query.tolist()))
    return replace(_table(state, one, rows, title, how + leak if both else how, named=True), strong=both)


def query_table(state: EpisodeState, *, revealed: bool) -> Table:
    """The patients who are asked about, with the learner's answers and the truth once revealed."""
    one = episode(state)
    if not revealed:
        title = Words("Query set: {n} {n:patient|patients} to diagnose", "查询集：{n} 位待判断患者").format(n=len(one.query))
        how = Words("We know the diagnoses; the learner does not.", "我们知道诊断，学习器不知道。")
        asked = _table(state, one, one.query.tolist(), title, how, named=False)
        # Numbered, not named: their names would tell whether one of them is labeled, too.
        return replace(asked, rows=tuple((verbatim(i), *row[1:]) for i, row in enumerate(asked.rows, start=1)))
    answers, truth = said(state)
    right = sum(a == b for a, b in zip(answers, truth, strict=True))
    title = Words("Query set: {right} of {n} predicted correctly", "查询集：{n} 位中判断正确 {right} 位").format(right=right, n=len(truth))
    how = Words("Bold: wrong answers.", "粗体：判断错误。")
    base = _table(state, one, one.query.tolist(), title, how, named=True)
    called = [_called(one.classes[k]) for k in answers]
    rows = tuple((*row, name) for row, name in zip(base.rows, called, strict=True))
    wrong = frozenset((i, len(rows[0]) - 1) for i, (a, b) in enumerate(zip(answers, truth, strict=True)) if a != b)
    return Table(title, how, (*base.header, Words("learner's answer", "学习器的判断")), rows, base.styles, wrong, 460)


def classes_table(state: EpisodeState, number: int) -> Table:
    """Which diagnosis has which number in an episode."""
    one = episode(state, number)
    rows = tuple((verbatim(k), _called(name)) for k, name in enumerate(one.classes))
    title = Words("Episode {n}", "小任务 {n}").format(n=number + 1)
    return Table(title, verbatim(""), (Words("class", "类别"), Words("diagnosis", "诊断")), rows, STYLES[: len(rows)], width=300)


def all_episodes(state: EpisodeState, *, shown: int, beside: bool = False) -> Chart:
    """Accuracy of the first `shown` of thirty episodes, and the mean so far; beside: narrow enough to stand beside a table."""
    values = of_state(state)[:shown]
    at = tuple((i + 1.0, value) for i, value in enumerate(values))
    so_far = tuple((i + 1.0, mean(values[: i + 1])) for i in range(len(values)))
    title = (
        Words("One episode: accuracy {mean}%", "一个小任务：准确率 {mean}%")
        if len(values) == 1
        else Words(
            "{n} {n:episode|episodes}: mean accuracy {mean}%, from {low}% to {high}%",
            "{n} 个小任务：平均准确率 {mean}%，从 {low}% 到 {high}%",
        )
    )
    told = title.format(n=len(values), mean=f"{100 * mean(values):.0f}", low=f"{100 * min(values):.0f}", high=f"{100 * max(values):.0f}")
    marks = (
        Dots(at, GRAY, Words("one episode", "一个小任务"), 4.5),
        Line(so_far, TEAL, Words("mean so far", "至此的均值"), 2.5),
    )
    how = Words(
        "How to read: each dot is one episode; the line is the mean of all episodes so far.",
        "读法：每点为一个小任务；线为到该处为止的均值。",
    )
    x = Axis(Words("episode", "小任务"), 0, N_EPISODES + 1)
    y = Axis(Words("accuracy", "准确率"), 0, 1.05, percent=True, ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5)))
    return Chart(told, how, Words("Accuracy by episode", "各个小任务的准确率"), x, y, marks, shape=(440, 380) if beside else (700, 380))


def _called(name: str) -> Words:
    return DIAGNOSES[name][0]


def _number(state: EpisodeState, one: EpisodeIndices, row: int) -> int:
    return one.classes.index(str(cohort(state.seed).labels[row]))


def _table(state: EpisodeState, one: EpisodeIndices, rows: list[int], title: Words, how: Words, *, named: bool) -> Table:
    everyone = cohort(state.seed)
    header = (Words("patient", "患者"), *(title for title, *_ in COLUMNS.values()), Words("diagnosis", "诊断"))
    digits = [each[3] for each in COLUMNS.values()]
    body = tuple(
        (
            verbatim(everyone.rows[row]),
            *(verbatim(f"{value:.{n}f}") for value, n in zip(everyone.features.iloc[row], digits, strict=True)),
            _called(str(everyone.labels[row])) if named else verbatim("?"),
        )
        for row in rows
    )
    marks = tuple(STYLES[_number(state, one, row)] if named else None for row in rows)
    return Table(title, how, header, body, marks, width=400)
