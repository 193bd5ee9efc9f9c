"""All texts in both languages as one file for a translator, and the translator's file back into the source.

    python -m tests.tools.translations export build/metamed.zh.po
    python -m tests.tools.translations import build/metamed.zh.po

The file is a gettext catalog, which Poedit, Weblate and their like open: an entry is one `Words("English", "中文")`, with its file and line.
Only the Chinese of the source is changed. Nothing at all is changed if one entry cannot be used: where the English of the source is
another by now, or where a translation has lost or invented a `{field}`.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
SOURCES = ("home.py", "pages", "metamed_core")
FIELD = re.compile(r"\{(\w+)[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text of the source: `Words(en, zh)` in `file` (from the root, with slashes), and where the Chinese stands, in bytes."""

    file: str
    line: int
    en: str
    zh: str
    start: int
    end: int


def pairs(root: Path = ROOT) -> Iterator[Pair]:
    """Yield every `Words("…", "…")` of the source; pairs that are put together from parts are not texts of their own."""
    for place in SOURCES:
        for path in sorted((root / place).rglob("*.py")) if (root / place).is_dir() else [root / place]:
            yield from _pairs_of(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def _pairs_of(file: str, source: str) -> Iterator[Pair]:
    begin_of_line = [0]
    for line in source.encode().splitlines(keepends=True):
        begin_of_line.append(begin_of_line[-1] + len(line))
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Words"))
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) == len(call.args) == 2:
            zh = call.args[1]
            start = begin_of_line[zh.lineno - 1] + zh.col_offset
            end = begin_of_line[(zh.end_lineno or zh.lineno) - 1] + (zh.end_col_offset or 0)
            yield Pair(file, call.lineno, texts[0], texts[1], start, end)


def _contexts(found: Iterable[Pair]) -> list[tuple[str, Pair]]:
    """A context for each pair: its file, with a number from the second Chinese text for one English text in the same file on."""
    numbers: dict[tuple[str, str], list[str]] = {}
    named = []
    for pair in found:
        known = numbers.setdefault((pair.file, pair.en), [])
        if pair.zh not in known:
            known.append(pair.zh)
        n = known.index(pair.zh) + 1
        named.append((pair.file if n == 1 else f"{pair.file}#{n}", pair))
    return named


def export(out: Path, root: Path = ROOT) -> int:
    """Write the catalog; how many texts it holds."""
    catalog = Catalog(locale="zh_CN", project="MetaMed", charset="utf-8", fuzzy=False)
    for context, pair in _contexts(pairs(root)):
        catalog.add(pair.en, pair.zh, locations=[(pair.file, pair.line)], context=context)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        write_po(file, catalog, width=0)
    return len(catalog)


def changes(po: Path, root: Path = ROOT) -> tuple[list[tuple[Pair, str]], list[str]]:
    """What a catalog changes: each pair with its new Chinese, and a sentence for each entry that cannot be used."""
    with po.open("rb") as file:
        catalog = read_po(file, locale="zh_CN")
    source: dict[tuple[str | None, str], list[Pair]] = {}
    for context, pair in _contexts(pairs(root)):
        source.setdefault((context, pair.en), []).append(pair)
    changed, refused = [], []
    for message in catalog:
        if not message.id:
            continue
        here = source.get((message.context, str(message.id)), [])
        if sentence := _refusal(message, here):
            refused.append(sentence)
        changed += [(pair, str(message.string)) for pair in here if message.string != pair.zh]
    return changed, refused


def _refusal(message: Message, here: Sequence[Pair]) -> str | None:
    if not here:
        return f"{message.context}: the source no longer has the English text “{message.id}”: export again and translate anew."
    if not message.string:
        return f"{here[0].file}:{here[0].line}: the text “{message.id}” has no Chinese: translate it, or leave the entry as it was."
    old, new = (Counter(FIELD.findall(text)).keys() for text in (here[0].zh, str(message.string)))
    if old != new:
        wanted = ", ".join(f"{{{name}}}" for name in sorted(old)) or "no field"
        return f"{here[0].file}:{here[0].line}: the Chinese of “{message.id}” must hold {wanted}, as it did: put it back."
    return None


def take_back(po: Path, root: Path = ROOT) -> int:
    """Write the Chinese of a catalog into the source; how many texts were changed. Raises ValueError, and changes nothing, if an entry cannot be used."""
    changed, refused = changes(po, root)
    if refused:
        raise ValueError("\n".join(refused))
    for file in sorted({pair.file for pair, _ in changed}):
        data = (root / file).read_bytes()
        for pair, zh in sorted((each for each in changed if each[0].file == file), key=lambda each: -each[0].start):
            data = data[: pair.start] + json.dumps(zh, ensure_ascii=False).encode() + data[pair.end :]
        (root / file).write_bytes(data)
    return len(changed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Export or import; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("export", "import"))
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.act == "export":
        sys.stdout.write(f"{export(chosen.file)} texts written to {chosen.file}\n")
        return 0
    try:
        n = take_back(chosen.file)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\nNothing was changed.\n")
        return 1
    sys.stdout.write(f"{n} texts changed; now run: make format test\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
