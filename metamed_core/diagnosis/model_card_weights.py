"""What a model card says of the initial weights: how they were trained, and on which tasks."""

from __future__ import annotations

from typing import Any

from metamed_core.data import shown
from metamed_core.diagnosis.model_card_facts import Run
from metamed_core.learners import RANDOM, read_card, weights_path
from metamed_core.words import UserError, Words


def weights(run: Run) -> Words | None:
    """Where the weights come from and how they were trained; None where their card is gone."""
    start = run.trace.initialization
    if start.origin == RANDOM:
        return Words("Random weights from seed {seed}, not meta-trained.", "由种子 {seed} 随机生成，未经元训练。").format(seed=start.seed)
    try:
        card = read_card(weights_path(start.origin, run.trace.learner.name))
    except UserError:  # kept weights may have been deleted since they were read
        return None
    said = Words(
        "{name}, SHA-256 {sha}. Meta-trained by: {command}. Tasks: {tasks}. Seed {seed}; {hardware}.",
        "{name}，SHA-256 {sha}。元训练命令：{command}。任务：{tasks}。种子 {seed}；{hardware}。",
    )
    given = {key: card.get(key, NOT_PROVIDED) for key in ("command", "hardware")}
    return said.format(name=start.name, sha=start.sha256, **_tasks_and_seed(card), **given)


def _tasks_and_seed(card: dict[str, Any]) -> dict[str, object]:
    """On which tasks weights were meta-trained, and with which seed: older cards say so at the top, later ones in `run`."""
    asked = card.get("run") or {}
    prior, budget, source = asked.get("prior") or card.get("prior"), asked.get("budget"), asked.get("source")
    tasks: object = NOT_PROVIDED
    if source:
        tasks = FROM_TABLE.format(source=shown(str(source)))
    elif isinstance(prior, dict) and {"name", "version"} <= prior.keys():
        tasks = SIMULATED.format(prior=f"{prior['name']} {prior['version']}")
    known = budget if isinstance(budget, dict) else card
    return {"tasks": tasks, "seed": known.get("seed", NOT_PROVIDED)}


FROM_TABLE = Words(
    "drawn from the table “{source}”; where its patients stand in this table too, the accuracy on held-out patients is too high",
    "取自表格“{source}”；若其患者也在本表中，留出患者的准确率会偏高",
)
SIMULATED = Words("simulated ({prior}), no patients", "模拟生成（{prior}），不含患者")
NOT_PROVIDED = Words("not provided", "未提供")
