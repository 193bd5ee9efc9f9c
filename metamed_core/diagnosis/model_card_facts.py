"""What a model card says of one run: each function returns one item in words, None where the run does not know it."""

from __future__ import annotations

from dataclasses import dataclass

from metamed_core import __version__
from metamed_core.data import PatientRecords, shown
from metamed_core.diagnosis.as_written import column_words, written_range
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.reliability_notes import said_and_right
from metamed_core.diagnosis.signal import guarantee_note, mistakes, signal, signal_note, unjudged_note
from metamed_core.diagnosis.subgroups import subgroup_table, subgroups
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.diagnosis.watched_step import Step
from metamed_core.statistics import wilson_interval
from metamed_core.words import Words

MOST_COLUMNS = 60
"""Columns that are listed with unit and range."""


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """One step of one adaptation: `step_index` into the steps of `trace`, the table that it adapted to, its name, the coverage of the sets."""

    trace: AdaptationTrace
    step_index: int
    records: PatientRecords
    file: str
    coverage: float

    @property
    def step(self) -> Step:
        """The step."""
        return self.trace.steps[self.step_index]


def lines(parts: list[Words]) -> Words:
    """Several sentences as one text, each in a line of its own."""
    return Words("\n".join(one.en for one in parts), "\n".join(one.zh for one in parts))


def title(run: Run) -> Words:
    """What it predicts, from what, and how."""
    return Words(
        "A prediction of {n} {n:diagnosis|diagnoses} from {m} {m:column|columns}, by {learner} adapted to {k} labeled {k:patient|patients} of the table {file}.",
        "以{learner}根据表格 {file} 中 {k} 位已确诊患者、{m} 列数据预测 {n} 种诊断。",
    ).format(
        n=run.trace.task.n_way,
        m=len(run.records.feature_columns),
        learner=run.trace.learner.title,
        k=len(run.trace.task.support),
        file=shown(run.file),
    )


def source(run: Run) -> Words:
    """The table, and its hash."""
    said = Words(
        "One table, {file}: {n} {n:patient|patients}. SHA-256 of its cells and roles: {sha}.",
        "一张表格 {file}：{n} 位患者。其单元格与角色的 SHA-256：{sha}。",
    )
    return said.format(file=shown(run.file), n=len(run.records.raw), sha=run.records.sha256)


def sites(run: Run) -> Words | None:
    """The sites that the table names."""
    named = [one for one in subgroups(run.trace, run.step_index, run.records) if one.kind == "site"]
    return Words("{names}", "{names}").format(names=", ".join(f"{one.name.en} (n = {one.written_n})" for one in named)) if named else None


def preparation(run: Run) -> Words:
    """How cells became numbers."""
    said = Words(
        "Numbers are centered and scaled by mean and standard deviation of all patients of the table, without their diagnoses, or by the reference range where the column "
        "has one, and compressed (asinh). Columns left out: {left}.",
        "数值按全部患者（不使用诊断）的均值与标准差标准化，有参考区间的列按其标准化，并作 asinh 压缩。未使用的列：{left}。",
    )
    used = {column.name for column in run.records.feature_columns}
    left = [
        f"{shown(one.name)} ({one.role.title.en})" for one in run.records.columns if one.name not in used and one is not run.records.label
    ]
    return said.format(left=", ".join(left[:MOST_COLUMNS]) or "–")


def outcome(run: Run) -> Words:
    """The diagnoses, and how many labeled patients have each."""
    label = run.records.label
    counts = "; ".join(f"{shown(name)}: {n}" for name, n in run.records.counts.items())
    said = Words("The column “{column}”. Labeled patients: {counts}.", "列“{column}”。已确诊患者数：{counts}。")
    return said.format(column="" if label is None else shown(label.name), counts=counts)


def predictors(run: Run) -> Words:
    """The columns with unit and reference range."""
    columns = run.records.feature_columns
    listed = []
    for one in columns[:MOST_COLUMNS]:
        name, limits = column_words(one), written_range(one)
        about = Words("{name} [{about}]", "{name} [{about}]")
        listed.append(about.format(name=name, about=limits or one.role.title))
    more = len(columns) - len(listed)
    listed += [Words("and {n} more", "以及另外 {n} 列").format(n=more)] if more else []
    return Words("; ".join(one.en for one in listed), "；".join(one.zh for one in listed))


def sample_size(run: Run) -> Words:
    """How many labeled patients there are."""
    said = Words(
        "Not calculated beforehand: the table has {n} labeled {n:patient|patients}, {k} with the rarest diagnosis.",
        "未事先计算：表中有 {n} 位已确诊患者，最少见的诊断有 {k} 位。",
    )
    return said.format(n=len(run.trace.task.support), k=run.records.k_shot)


def missing(run: Run) -> Words:
    """How much is missing, where most, and what becomes of it."""
    gone = run.records.features.isna().mean().sort_values(ascending=False, kind="stable")
    most = ", ".join(f"{shown(str(name))} {share:.0%}" for name, share in gone[gone > 0].head(5).items())
    said = Words(
        "{share} of the cells are missing (most: {most}). A missing value is marked as such for the algorithm and stands at the mean of its column; nothing is imputed.",
        "{share} 的单元格缺失（最多的列：{most}）。缺失值会被标明，并以该列均值代入；不作插补。",
    )
    return said.format(share=f"{gone.mean():.1%}", most=most or "–")


def validation(run: Run) -> Words:
    """How the labeled patients were used."""
    trace = run.trace
    if not trace.n_held_out:
        return Words("All labeled patients were adapted to; none could be held out.", "全部已确诊患者均用于适应，无法留出检验。")
    said = Words(
        "All {n} labeled {n:patient|patients} were adapted to. For evaluation {held} of them were held out in {folds} {folds:group|groups}, and the algorithm adapted anew "
        "without each group. The table holds no patients of another time or place to test on.",
        "全部 {n} 位已确诊患者用于适应。评估时将其中 {held} 位分 {folds} 组依次留出，并在去除该组后重新适应。未在其他时间或地点的患者上检验。",
    )
    return said.format(n=len(trace.task.support), held=trace.n_held_out, folds=trace.n_folds)


def algorithm(run: Run) -> Words:
    """Algorithm, settings and network."""
    made, start = provenance(run.trace, run.step_index, run.file), run.trace.initialization
    said = Words(
        "{learner}; settings: {settings}; step {step} of {total}. Network: {network} with {n:,} weights. Settings were not tuned on this table.",
        "{learner}；设置：{settings}；第 {step} 步，共 {total} 步。网络：{network}，{n:,} 个权重。未在本表上调整设置。",
    )
    return said.format(
        learner=run.trace.learner.title,
        settings=made["settings"] or "–",
        step=run.step_index,
        total=run.trace.total_steps,
        network=start.backbone.name,
        n=sum(weight.numel() for weight in start.weights.values()),
    )


def reproduction(run: Run) -> Words:
    """Version, seed and command."""
    said = Words("MetaMed {version}, Apache License 2.0; seed {seed}. “Save my work” repeats the answers to the digit.",
                 "MetaMed {version}，Apache License 2.0；种子 {seed}。“保存我的工作”可逐位重现答案。")  # fmt: skip
    return said.format(version=__version__, seed=run.trace.initialization.seed)


def flow(run: Run) -> Words:
    """Who was read, left out, labeled and asked about."""
    said = Words("{labeled} labeled, {asked} to diagnose.", "{labeled} 位已确诊，{asked} 位待诊断。").format(
        labeled=len(run.trace.task.support), asked=len(run.trace.task.query)
    )
    return said if run.records.reading is None else run.records.reading.sentence + said


def characteristics(run: Run) -> Words | None:
    """Sex and age, where the table has them."""
    groups = [one for one in subgroups(run.trace, run.step_index, run.records) if one.kind != "site"]
    return lines([Words("{title}: {n}", "{title}：{n}").format(title=one.title, n=one.written_n) for one in groups]) if groups else None


def performance(run: Run) -> Words | None:
    """Accuracy with interval, what chance would give, calibration and coverage, on held-out patients."""
    step, test = run.step, signal(run.step)
    if test is None:
        return None
    interval = wilson_interval(step.held_out_accuracy, test.n)
    said = Words(
        "Accuracy on held-out patients {share} ({right} of {n}; 95% interval {low} to {high}); nearest class mean without any training: {base}.",
        "留出患者的准确率为 {share}（{n} 位中 {right} 位；95% 区间 {low} 至 {high}）；未经训练的最近类均值：{base}。",
    ).format(
        share=f"{interval.mean:.0%}",
        right=test.n_right,
        n=test.n,
        low=f"{interval.low:.0%}",
        high=f"{interval.high:.0%}",
        base=f"{run.trace.baseline_held_out:.0%}",
    )
    parts = [said, signal_note(test), said_and_right(step), guarantee_note(step, run.coverage)]
    wrong = Words("{n} held-out {n:patient|patients} {n:was|were} predicted wrongly.", "{n} 位留出患者判断错误。")
    return lines([*(one for one in parts if one is not None), wrong.format(n=len(mistakes(run.trace, run.step_index)))])


def heterogeneity(run: Run) -> Words | None:
    """Accuracy by sex, age band and site."""
    told = subgroup_table(subgroups(run.trace, run.step_index, run.records, run.coverage))
    if told is None:
        return None
    line = Words("{name}: {right}, {accuracy}; {covered} {head}", "{name}：{right}，{accuracy}；{covered} {head}")
    rows = [line.format(name=row[0], right=row[1], accuracy=row[2], covered=row[3], head=told["heads"][3]) for row in told["rows"]]
    return lines([*rows, *([told["small"]] if told["small"] else [])]) if rows or told["small"] else None


def numbers_analyzed(run: Run) -> Words:
    """Who was held out, and who could not be."""
    said = Words("{n} labeled {n:patient|patients} held out.", "留出 {n} 位已确诊患者。").format(n=run.trace.n_held_out)
    alone = unjudged_note(run.trace)
    return said if alone is None else said + alone


def asked(run: Run) -> Words:
    """What comes out."""
    said = Words(
        "A probability for each of the {n} {n:diagnosis|diagnoses}, sets that should hold the right one for {share} of patients, and an abstention where a patient has no value, is unlike "
        "all labeled patients, or nothing can be ruled out. No threshold is applied.",
        "每种诊断（共 {n} 种）的概率；应对 {share} 的患者包含正确诊断的预测集；若患者没有任何数值、与所有已确诊患者均不相似或无法排除任何诊断，则不作答。不设阈值。",
    )
    return said.format(n=run.trace.task.n_way, share=f"{run.coverage:.0%}")
