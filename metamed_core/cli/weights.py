"""`python -m metamed_core weights list|show|remove`: the library of kept weights, which the app shows below Meta-train."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime

from metamed_core.data import shown
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import Library, StoredWeights
from metamed_core.words import Language, UserError, Words

EXAMPLES = """examples:
  %(prog)s list
  %(prog)s show mine --json
  %(prog)s remove mine"""
WHAT = ("list", "show", "remove")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `weights` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("what", choices=WHAT, help="all kept weights; what the card of some says; or take some out for good")
    parser.add_argument("names", nargs="*", metavar="NAME", help="as they were kept, for show and remove; a damaged file by its file name")
    parser.add_argument("--json", action="store_true", help="one JSON object for each on standard output: name, learner, file and card")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of sentences (default %(default)s)")


def run(options: argparse.Namespace) -> None:
    """List, show or remove. Raises UserError for a name that the library lacks, before anything is removed."""
    library, language = Library(), options.language
    if (options.what == "list") == bool(options.names):
        raise UserError(_LIST if options.names else _NAME.format(what=options.what))
    kept = {one.name: one for one in library.list_weights()}
    damaged = {one.path.name: one.problem for one in library.damaged()}
    known = kept.keys() | damaged.keys() if options.what == "remove" else kept.keys()
    for name in options.names:
        if name not in known:
            raise UserError(damaged.get(name) or _UNKNOWN.format(name=name, kept=", ".join(sorted(known)) or "-"))
    if options.what == "remove":
        for name in options.names:
            library.remove(name)
            sys.stdout.write(_REMOVED.format(name=shown(name)).into(language) + "\n")
        return
    for one in [kept[name] for name in options.names] or kept.values():
        sys.stdout.write((_as_json(one) if options.json else _line(one, language)) + "\n")
    if options.what == "list":
        for problem in damaged.values():
            sys.stderr.write(problem.into(language) + "\n")
        if not kept:
            sys.stderr.write(_EMPTY.format(folder=library.place("weights")).into(language) + "\n")


def _line(one: StoredWeights, language: Language) -> str:
    """Name, learner, when it was made, what on, the best validation, and the file."""
    made = datetime.fromtimestamp(one.made).astimezone().strftime("%Y-%m-%d %H:%M")
    on = _SIMULATED if (one.card.get("run") or {}).get("split") is None else _TABLE
    step = one.card.get("step", (one.card.get("plan") or {}).get("meta_steps", "?"))
    said = _ABOUT.format(learner=LEARNERS[one.learner].title, made=made, on=on, step=step)
    return f"{shown(one.name, 60)}: {said.into(language)}; {one.path}"


def _as_json(one: StoredWeights) -> str:
    return json.dumps({"name": one.name, "learner": one.learner, "file": str(one.path), "card": one.card}, ensure_ascii=False)


_ABOUT = Words("{learner}, {made}, meta-trained on {on} to step {step}", "{learner}，{made}，在{on}上元训练至第 {step} 步")
_SIMULATED, _TABLE = Words("simulated clinical tasks", "模拟临床任务"), Words("a table", "一份表格")
_REMOVED = Words("Removed “{name}”.", "已移除“{name}”。")
_EMPTY = Words("There are no kept weights in {folder}.", "{folder} 中没有已保存的权重。")
_LIST = Words("“list” takes no names: give them to “show” or “remove”.", "“list”不接受名称：请将名称用于“show”或“remove”。")
_NAME = Words("“{what}” needs a name: “list” says which there are.", "“{what}”需要名称：可用“list”查看已有名称。")
_UNKNOWN = Words("There are no weights “{name}” in the library: choose from {kept}.", "权重库中没有“{name}”：请从 {kept} 中选择。")
