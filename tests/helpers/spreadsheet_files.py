"""Writers of the spreadsheet formats that no library of the tests writes: .ods, .xls (BIFF8) and .xlsb, each with one or more sheets."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Sheets = Mapping[str, Sequence[Sequence[object]]]
"""Rows of cells by sheet: text, number, true or false, None."""


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip file; a member called `mimetype` is stored uncompressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def ods(sheets: Sheets) -> bytes:
    """An OpenDocument spreadsheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(f"<table:table-row>{ods_cells(row)}</table:table-row>" for row in rows)}</table:table>'
        for name, rows in sheets.items()
    )
    return ods_file(tables)


def ods_cells(row: Sequence[object]) -> str:
    """The XML of the cells of a row."""
    return "".join(_ods_cell(cell) for cell in row)


def _ods_cell(cell: object) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'


def ods_file(tables: str, styles: str = "") -> bytes:
    """An OpenDocument spreadsheet of this XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def xls(sheets: Sheets, hidden: Sequence[str] = ()) -> bytes:
    """A workbook of Excel 97 to 2003."""
    parts = [_biff_sheet(rows) for rows in sheets.values()]
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    heads = [struct.pack("<BBBB", name in hidden, 0, len(name), 1) + name.encode("utf-16-le") for name in sheets]
    at = len(start) + sum(8 + len(head) for head in heads) + 4
    body = b""
    for head, part in zip(heads, parts, strict=True):
        start += _record(0x85, struct.pack("<I", at + len(body)) + head)
        body += part
    return compound_file("Workbook", start + _record(0x0A, b"") + body)


def _biff_sheet(rows: Sequence[Sequence[object]]) -> bytes:
    found = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", line, column, 0)
            if isinstance(cell, (int, float)):
                found += _record(0x203, place + struct.pack("<d", cell))
            elif cell is not None:
                found += _record(0x204, place + struct.pack("<HB", len(str(cell)), 1) + str(cell).encode("utf-16-le"))
    return found + _record(0x0A, b"")


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def compound_file(name: str, stream: bytes) -> bytes:
    """A compound file (OLE2) with one stream."""
    stream = stream.ljust(4096, b"\0")
    n_stream = -(-len(stream) // 512)
    n_fat = -(-(n_stream + 2) // 127)
    chain = [0xFFFFFFFD] * n_fat + [0xFFFFFFFE] + [*range(n_fat + 2, n_fat + 1 + n_stream), 0xFFFFFFFE]
    fat = struct.pack(f"<{n_fat * 128}I", *(chain + [0xFFFFFFFF] * (n_fat * 128 - len(chain))))
    places = [*range(n_fat), *[0xFFFFFFFF] * (109 - n_fat)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, n_fat, n_fat, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<109I", *places)
    entries = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(name, 2, 0xFFFFFFFF, n_fat + 1, len(stream))
    return header + fat + entries.ljust(512, b"\0") + stream.ljust(512 * n_stream, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    nothing = 0xFFFFFFFF
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(coded), kind, 1, nothing, nothing, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xlsb(sheets: Sheets) -> bytes:
    """A binary workbook of Excel."""
    base = "http://schemas.openxmlformats.org"
    kind = f"{base}/officeDocument/2006/relationships"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{base}/package/2006/content-types"/>'.encode(),
        "_rels/.rels": _relations({"rId1": (f"{kind}/officeDocument", "xl/workbook.bin")}),
        "xl/_rels/workbook.bin.rels": _relations(
            {f"rId{at}": (f"{kind}/worksheet", f"worksheets/sheet{at}.bin") for at in range(1, len(sheets) + 1)}
        ),
    }
    bundles = b"".join(
        _xlsb_record(156, struct.pack("<II", 0, at) + _wide(f"rId{at}") + _wide(name)) for at, name in enumerate(sheets, start=1)
    )
    members["xl/workbook.bin"] = _xlsb_record(131) + _xlsb_record(143) + bundles + _xlsb_record(144) + _xlsb_record(132)
    for at, rows in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{at}.bin"] = _xlsb_sheet(rows)
    return archive(members)


def _xlsb_sheet(rows: Sequence[Sequence[object]]) -> bytes:
    width = max((len(row) for row in rows), default=1)
    found = _xlsb_record(129) + _xlsb_record(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)) + _xlsb_record(145)
    for line, row in enumerate(rows):
        found += _xlsb_record(0, struct.pack("<I", line) + bytes(13))
        for column, cell in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(cell, (int, float)):
                found += _xlsb_record(5, place + struct.pack("<d", cell))
            elif cell is not None:
                found += _xlsb_record(6, place + _wide(str(cell)))
    return found + _xlsb_record(146) + _xlsb_record(130)


def _xlsb_record(kind: int, content: bytes = b"") -> bytes:
    coded = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return coded + size + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _relations(targets: Mapping[str, tuple[str, str]]) -> bytes:
    inside = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, (kind, target) in targets.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'.encode()
