"""Compressed files: gzip, and zip archives that hold one table. They are unpacked in memory, never beyond the limit of a file."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Collection
from pathlib import PurePath

from metamed_core.data.formats.foreign_files import is_archive, members
from metamed_core.data.formats.table import MAX_BYTES, shown
from metamed_core.words import UserError, Words

ENDINGS = ("gz", "zip")
"""The extensions of compressed files; what they hold is another format's."""

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ASIDE = re.compile(r"(^|/)(__MACOSX/|\.[^./]|Thumbs\.db$|desktop\.ini$|(read\W?me|licen[cs]e)[^/]*$)", re.IGNORECASE)
# What zipfile and gzip raise on damaged files; NotImplementedError: a version or compression that zipfile does not know.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, NotImplementedError, RuntimeError, OverflowError)


def unpacked(name: str, data: bytes, endings: Collection[str]) -> tuple[str, bytes]:
    """Return name and content of the table in a compressed file; any other file as it is.

    Parameters
    ----------
    name
        The file name.
    data
        The content.
    endings
        The extensions of tables, by which an archive's members are chosen.

    Raises
    ------
    UserError
        If the file is damaged, too large when unpacked, or does not hold exactly one table.
    """
    if not _is_compressed(name, data):
        return name, data
    inner_name, inner = _from_gzip(name, data) if data.startswith(_GZIP) else _from_zip(name, data, endings)
    if not inner:
        raise UserError(_NOTHING.format(name=shown(name)))
    if _is_compressed(inner_name, inner):
        raise UserError(_NESTED.format(name=shown(name)))
    return inner_name, inner


def _is_compressed(name: str, data: bytes) -> bool:
    if data.startswith(_ZIP):
        names = members(data)
        return is_archive(data, names) if names else name.lower().endswith(".zip")
    return data.startswith(_GZIP)


def _from_gzip(name: str, data: bytes) -> tuple[str, bytes]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(MAX_BYTES + 1)
    except _DAMAGED as error:
        raise UserError(_BROKEN.format(name=shown(name))) from error
    return PurePath(name).stem if name.lower().endswith(".gz") else name, _checked(name, content)


def _from_zip(name: str, data: bytes, endings: Collection[str]) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _table_in(name, archive, endings)
            with archive.open(member) as file:
                return PurePath(member.filename).name, _checked(name, file.read(MAX_BYTES + 1))
    except UserError:
        raise
    except _DAMAGED as error:
        raise UserError(_BROKEN.format(name=shown(name))) from error


def _table_in(name: str, archive: zipfile.ZipFile, endings: Collection[str]) -> zipfile.ZipInfo:
    members = [one for one in archive.infolist() if not one.is_dir() and not _ASIDE.search(one.filename)]
    tables = [one for one in members if PurePath(one.filename).suffix.lower().lstrip(".") in endings] if len(members) > 1 else members
    if len(tables) == 1:
        if tables[0].flag_bits & 1:
            raise UserError(_LOCKED.format(name=shown(name)))
        if tables[0].compress_type not in _METHODS:
            raise UserError(_BROKEN.format(name=shown(name)))
        return tables[0]
    if not tables:
        raise UserError(_NOTHING.format(name=shown(name)))
    names = ", ".join(shown(PurePath(one.filename).name) for one in tables[:5]) + ("…" if len(tables) > 5 else "")
    raise UserError(_SEVERAL.format(name=shown(name), names=names))


def _checked(name: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise UserError(_TOO_LARGE.format(name=shown(name), most=MAX_BYTES // 2**20))
    return content


_BROKEN = Words(
    "The compressed file “{name}” cannot be unpacked, it is damaged or packed in an unusual way: unpack it yourself and upload the table inside.",
    "无法解压文件“{name}”（已损坏或压缩方式不常见）：请自行解压后上传其中的表格。",
)
_LOCKED = Words(
    "The compressed file “{name}” is protected by a password: unpack it yourself and upload the table inside.",
    "压缩文件“{name}”受密码保护：请自行解压后上传其中的表格。",
)
_NOTHING = Words(
    "The compressed file “{name}” holds no table: upload the table itself, for instance as CSV or Excel (.xlsx).",
    "压缩文件“{name}”中没有表格：请直接上传表格，例如 CSV 或 Excel（.xlsx）。",
)
_SEVERAL = Words(
    "The zip file “{name}” holds several tables ({names}): unpack it and upload the one with the patients.",
    "压缩文件“{name}”中有多个表格（{names}）：请解压后上传包含患者的那一个。",
)
_NESTED = Words(
    "The compressed file “{name}” holds another compressed file: unpack it and upload the table inside.",
    "压缩文件“{name}”中还有压缩文件：请解压后上传其中的表格。",
)
_TOO_LARGE = Words(
    "The compressed file “{name}” unpacks to more than {most} MB: keep only the patients and columns that are needed.",
    "压缩文件“{name}”解压后超过 {most} MB：请只保留需要的患者和列。",
)
