"""JSON: a list of objects, one for each patient, or one of the other forms in which programs write a table.

Read are: `[{...}, {...}]`, the same inside an object (`{"data": [...]}`), one object a line (JSON lines), columns and rows apart
(`{"columns": [...], "data": [[...]]}`), one list for each column, and what pandas writes by default (`{"age": {"0": 61}}`).
Numbers stay as they are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from metamed_core.data.formats.character_encodings import decoded
from metamed_core.data.formats.reading import JUDGED, ReadOptions
from metamed_core.data.formats.table import Content, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("json", "jsonl", "ndjson")
MAGIC: bytes | None = None

MOST_NESTED = 3
"""Objects inside an object are read as columns named `outer.inner`, so many levels deep."""

Record = dict[str, Any]


class Number(str):
    """A number as the file writes it: 1.10 stays 1.10."""

    __slots__ = ()


def recognizes(data: bytes) -> bool:
    """Whether the content begins like a JSON object or a list of objects or lists."""
    head = data[:200].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").split()
    return b"".join(head)[:2] in {b'{"', b"[{", b"{}", b"[]", b"[["}


def sheets(data: bytes) -> list[str]:
    """Return an empty list: a JSON file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return number and cells of each record, the column names first. Raises UserError if the file holds no such table."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the records, the column names first. Raises UserError if the file holds no such table."""
    try:
        records = [_flat(record, at) for at, record in enumerate(_records(_parsed(decoded(data, options.encoding))), start=1)]
    except RecursionError as error:
        raise UserError(_DEEP) from error
    names = list(dict.fromkeys(name for record in records for name in record))
    check_size(n_rows=len(records), n_columns=len(names), n_cells=len(records) * len(names))
    lines = [[cell_text(name) for name in names], *([cell_text(record.get(name)) for name in names] for record in records)]
    return Content(list(enumerate(lines, start=1)), named=True)


def _parsed(text: str) -> Any:
    try:
        return _loaded(text)
    except json.JSONDecodeError as error:
        lines = [(at, line) for at, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if error.lineno > lines[0][0] and not error.msg.startswith("Extra data"):
            raise UserError(_BROKEN.format(line=error.lineno)) from error
    found = []
    for at, line in lines:  # JSON lines: each line is an object of its own
        try:
            found.append(_loaded(line))
        except json.JSONDecodeError as error:
            raise UserError(_BROKEN.format(line=at)) from error
    return found


def _loaded(text: str) -> Any:
    text = text.removeprefix("\ufeff")
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise UserError(_TWICE.format(name=shown(twice)))
    return record


def _records(value: Any) -> list[Record]:
    """The objects that are patients, whatever form the file has."""
    if isinstance(value, list):
        if value and all(isinstance(one, list) for one in value) and all(type(name) is str for name in value[0]):
            return _zipped(value[0], value[1:])
        if value and all(isinstance(one, dict) for one in value):
            _refuse_fhir(value[0])
            return value
    if isinstance(value, dict) and value:
        _refuse_fhir(value)
        return _records_of_object(value)
    raise UserError(_NO_TABLE)


def _records_of_object(value: Record) -> list[Record]:
    if isinstance(value.get("columns"), list) and _is_list_of(list, value.get("data")):
        index = value.get("index")
        own = isinstance(index, list) and index != [str(at) for at in range(len(index))] and len(index) == len(value["data"])
        found = _zipped([str(name) for name in value["columns"]], value["data"])
        return [{"index": key} | record for key, record in zip(index or (), found, strict=True)] if own else found
    inside = [name for name, one in value.items() if _is_list_of(dict, one)]
    if len(inside) > 1:
        raise UserError(_SEVERAL.format(names=", ".join(map(shown, inside[:8]))))
    if inside:
        return _records(value[inside[0]])
    if all(isinstance(one, list) for one in value.values()):
        return _zipped(list(value), _transposed(list(value.values())))
    if all(isinstance(one, dict) for one in value.values()):
        return _by_key(value)
    if any(isinstance(one, (list, dict)) for one in value.values()):
        raise UserError(_NO_TABLE)
    return [value]


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, kind) for one in value)


def _zipped(names: list[Any], lines: list[list[Any]]) -> list[Record]:
    for at, line in enumerate(lines, start=1):
        if len(line) != len(names):
            raise UserError(_UNEVEN.format(at=at, n=len(line), width=len(names)))
    return [dict(zip(names, line, strict=True)) for line in lines]


def _transposed(columns: list[list[Any]]) -> list[list[Any]]:
    if len({len(column) for column in columns}) > 1:
        raise UserError(_NO_TABLE)
    return [list(line) for line in zip(*columns, strict=True)]


def _by_key(value: dict[str, Record]) -> list[Record]:
    """Read {"age": {"0": 61}}, a column each, or {"P01": {"age": 61}}, a patient each: the way in which numbers and texts do not mix."""
    keys = list(dict.fromkeys(key for one in value.values() for key in one))
    by_column = [{"index": key} | {name: one.get(key) for name, one in value.items()} for key in keys]
    by_patient = [{"index": key} | one for key, one in value.items()]
    columns_pure = not any(_is_mixed(list(one.values())) for one in value.values())
    patients_pure = not any(_is_mixed([one.get(key) for one in value.values()]) for key in keys)
    if keys and all(key.isdecimal() for key in keys):
        return [{name: one for name, one in record.items() if name != "index"} for record in by_column]
    if all(name.isdecimal() for name in value):
        return [dict(one) for one in value.values()]
    if columns_pure == patients_pure:
        raise UserError(_NO_TABLE)
    return by_column if columns_pure else by_patient


def _is_mixed(values: list[Any]) -> bool:
    return len({isinstance(one, Number) for one in values if one is not None}) > 1


def _flat(record: Record, at: int, level: int = 0) -> Record:
    found: Record = {}
    for name, value in record.items():
        if isinstance(value, dict) and value:
            if level == MOST_NESTED:
                raise UserError(_DEEP)
            found |= {f"{name}.{inner}": one for inner, one in _flat(value, at, level + 1).items()}
        elif isinstance(value, list) and value:
            raise UserError(_LIST.format(name=shown(name), at=at))
        else:
            found[name] = value or None if isinstance(value, (dict, list)) else value
    return found


def _refuse_fhir(value: Record) -> None:
    if "resourceType" in value:
        raise UserError(_FHIR)


_AS = "save a list of objects, one for each patient, or the table as CSV"
_AS_ZH = "请保存为对象列表（每位患者一个对象），或将表格另存为 CSV"
_BROKEN = Words(
    "The JSON file cannot be read, line {line} is damaged or incomplete: write it again, or save the table as CSV.",
    "无法读取该 JSON 文件（第 {line} 行已损坏或不完整）：请重新生成，或将表格另存为 CSV。",
)
_TWICE = Words(
    f"A record of the JSON file names “{{name}}” twice, so that one value would be lost: {_AS}.",
    f"JSON 文件中有一条记录重复出现“{{name}}”，会丢失一个值：{_AS_ZH}。",
)
_NO_TABLE = Words(f"The JSON file holds no table that can be recognized: {_AS}.", f"JSON 文件中没有可识别的表格：{_AS_ZH}。")
_SEVERAL = Words(
    f"The JSON file holds several tables ({{names}}): {_AS}.",
    f"JSON 文件中有多个表格（{{names}}）：{_AS_ZH}。",
)
_UNEVEN = Words(
    f"Row {{at}} of the JSON file has {{n}} {{n:value|values}} for {{width}} {{width:column|columns}}: correct it, or {_AS}.",
    f"JSON 文件第 {{at}} 行有 {{n}} 个值，而列有 {{width}} 个：请更正，或{_AS_ZH.removeprefix('请')}。",
)
_LIST = Words(
    f"“{{name}}” holds a list in record {{at}} of the JSON file, but a cell holds one value: {_AS}.",
    f"JSON 文件第 {{at}} 条记录的“{{name}}”是列表，而一个单元格只能有一个值：{_AS_ZH}。",
)
_DEEP = Words(f"The JSON file is nested too deeply for a table: {_AS}.", f"JSON 文件嵌套过深，不是表格：{_AS_ZH}。")
_FHIR = Words(
    "The file holds FHIR resources in JSON, not a table: export one row for each patient as CSV or Excel (.xlsx), for instance by your system's report or flattening tool.",
    "该文件是 JSON 格式的 FHIR 资源，不是表格：请将其导出为每位患者一行的 CSV 或 Excel（.xlsx），例如使用系统的报表或展平工具。",
)
