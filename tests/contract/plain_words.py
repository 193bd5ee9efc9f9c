"""The words that texts for people avoid, because a reader outside the project would have to ask what they mean."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = [ROOT / "app.py", ROOT / "home.py", *sorted(path for folder in ("metamed_core", "pages") for path in (ROOT / folder).rglob("*.py"))]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

NOUNS = (
    "patients|steps|shots|diagnoses|episodes|diseases|columns|rows|others|tasks|values|cells|methods|groups|classes|cases|tables|seconds"
    "|minutes|answers|files|networks|predictions"
)
ADJECTIVES = "labeled|labelled|different|other|more|undiagnosed|held-out|meta-training|gradient|neighboring"
LIMITS = "most|least|widest|fewest|limit|maximum|minimum"  # fields with these names hold a fixed number above one

ENGLISH: dict[str, str] = {
    r"\bplain (classifier|baseline|class mean)|\bplain ones?\b": "say “baseline classifier”",
    r"\bcontestants?\b": "say “method”",
    r"\bhonest": "say “calibrated” or “reliable”",
    r"\bpractis(e|es|ed|ing)\b|\bpractic(es|ed|ing) on\b": "say “train”",
    r"\b(told|tell) (\w+ ){0,2}apart\b": "say “distinguishable”",
    r"how surprised": "say “log-loss”",
    r"\bnamed (once|from|wrong|wrongly|right|rightly|diagnosis|to|in each)\b|\b(is|was|were|are|what was) named\b(?! “)": "say “predicted”",
    r"(?<![(\d])(?:\d+|\{\w+\}|\bN)-way\b": "say the number of diagnoses; the term may follow in brackets",
    r"\bto (practi[sc]e on|watch by|judge by)\b": "say what the diseases are used for",
    r"\b[Dd]eal the (diseases|diagnoses)\b": "say “split”",
    r"several faces|who a patient is|answers from experience|/ √2|plane can show|\b(first|one) alone reaches": "say it without a riddle",
    r"[\d}] %": "no blank before % in English",
    rf"\{{(?!(?:{LIMITS})\b)[^{{}}|]*\}}\*{{0,2}} (?:(?:{ADJECTIVES}) )?(?:{NOUNS})\b": "choose the word by {n:patient|patients}",
}
CHINESE: dict[str, str] = {
    "片段": "用“小任务（episode）”",
    "(?<!每类)样本数": "用“每类样本数”",
    "参赛": "用“参评”",
    "诚实": "用“可信”或“校准”",
    "练习": "用“训练”",
    "普通分类器": "用“基线分类器”",
    "价值几何": "用“元训练带来多少提升”",
    "贫血特征": "用“地中海贫血携带者”",
    "那一行代码": "用“对应的代码行”",
    "队列": "用“数据集”",
    r"[A-Za-z0-9%][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Za-z0-9]": "中文与拉丁字母、数字之间留一个空格",
}
MARKUP = re.compile(r"`[^`]*`|\$[^$]*\$|:material/\w+:|\{[^{}]*\}|https?://\S+|:\w+\[|\\\w+")
"""Code, formulas, icons and fields, which are no prose."""


@dataclass(frozen=True)
class Text:
    """One pair as it stands in the code; a field of an f-string stands as `{expression}`."""

    line: int
    en: str
    zh: str


def texts(source: str) -> list[Text]:
    """Every `Words(en, zh)` whose two sides are written out."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words" and len(node.args) == 2:
            en, zh = (_written(side) for side in node.args)
            if en is not None and zh is not None:
                found.append(Text(node.lineno, en, zh))
    return found


def _written(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else f"{{{_field(part)}}}" for part in node.values)
    return None


def _field(part: ast.expr) -> str:
    return re.sub(r"[{}|]", "", ast.unparse(part.value)) if isinstance(part, ast.FormattedValue) else ""


def english_faults(en: str) -> list[str]:
    """What is wrong with an English text."""
    return [f"{hit.group(0)!r}: {advice}" for pattern, advice in ENGLISH.items() if (hit := re.search(pattern, en, re.IGNORECASE))]


def chinese_faults(zh: str) -> list[str]:
    """What is wrong with a Chinese text."""
    prose = MARKUP.sub("\u2026", zh if "\n" not in zh else "")  # a text of several lines is a file
    return [f"{hit.group(0)!r}: {advice}" for pattern, advice in CHINESE.items() if (hit := re.search(pattern, prose))]


def code_faults(path: Path) -> list[str]:
    """What is wrong with the texts of a source file, a line each."""
    return [
        f"line {text.line}: {fault} in {side!r}"
        for text in texts(path.read_text("utf-8"))
        for side, faults in ((text.en, english_faults(text.en)), (text.zh, chinese_faults(text.zh)))
        for fault in faults
    ]


def doc_faults(path: Path) -> list[str]:
    """What is wrong with the prose of a Markdown file, a line each; blocks of code are left aside."""
    prose = re.sub(r"```.*?```", lambda block: "\n" * block.group(0).count("\n"), path.read_text("utf-8"), flags=re.DOTALL)
    return [
        f"line {number}: {fault}"
        for number, line in enumerate(prose.splitlines(), 1)
        for fault in (english_faults if not re.search(r"[\u4e00-\u9fff]", line) else chinese_faults)(re.sub(r"`[^`]*`", "", line))
    ]
