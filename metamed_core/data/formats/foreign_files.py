"""Files of other kinds, told by their content: the sentence names the kind and says how to save the table instead."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from metamed_core.data.formats.table import shown
from metamed_core.words import UserError, Words

_SENTENCE = Words("The file “{name}” is {kind}, not a table that can be read: {how}.", "文件“{name}”是{kind}，不是可读取的表格：{how}。")
_SAVE = Words("save the table as CSV, Excel (.xlsx) or Parquet and upload that", "请将表格另存为 CSV、Excel（.xlsx）或 Parquet 后再上传")
_COPY = Words(
    "copy its table into a spreadsheet, save that as Excel (.xlsx) or CSV and upload it",
    "请将其中的表格复制到电子表格，另存为 Excel（.xlsx）或 CSV 后上传",
)
_UNPACK = Words("unpack it and upload the table inside, as CSV or Excel (.xlsx)", "请解压后上传其中的表格（CSV 或 Excel（.xlsx））")
_EXPORT = Words("export the table of patients as CSV and upload that", "请将患者表格导出为 CSV 后上传")
_IN_R = Words(
    'in R, write the table with write.csv(table, "patients.csv", row.names = FALSE) and upload that',
    '请在 R 中用 write.csv(table, "patients.csv", row.names = FALSE) 保存表格后上传',
)
_IN_PYTHON = Words(
    'in Python, write the table with pandas, table.to_csv("patients.csv", index=False), and upload that',
    '请在 Python 中用 pandas 的 table.to_csv("patients.csv", index=False) 保存表格后上传',
)
_REOPEN = Words(
    "open it in a spreadsheet program, save it as Excel (.xlsx) or CSV and upload that",
    "请用电子表格软件打开，另存为 Excel（.xlsx）或 CSV 后上传",
)
_UNLOCK = Words("open it, save it without a password, and upload that", "请打开后另存为不带密码的文件再上传")

Kind = tuple[Words, Words]
"""What the file is, and what to do."""

_R: Kind = (Words("a data file of R (.rds or .RData)", "R 的数据文件（.rds 或 .RData）"), _IN_R)
_PICTURE: Kind = (Words("a picture", "图片"), _COPY)
_PACKED: Kind = (Words("a compressed file of a kind that is not unpacked here", "此处无法解压的压缩文件"), _UNPACK)
_PICKLE: Kind = (
    Words("a Python pickle, which is never opened because it can run programs", "Python pickle 文件（可能运行程序，不会打开）"),
    _IN_PYTHON,
)
_PAGE: Kind = (Words("a web page (HTML), whatever its name ends in", "网页（HTML），与文件扩展名无关"), _REOPEN)

_BEGINNINGS: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"MZ\x90", (Words("a Windows program", "Windows 程序"), _SAVE)),
    (0, b"\x7fELF", (Words("a program", "程序文件"), _SAVE)),
    (0, b"%PDF", (Words("a PDF document", "PDF 文档"), _COPY)),
    (0, b"%!PS", (Words("a PostScript document", "PostScript 文档"), _COPY)),
    (0, b"{\\rtf", (Words("a text document (RTF)", "文字文档（RTF）"), _COPY)),
    *(
        (0, magic, _PICTURE)
        for magic in (
            b"\x89PNG",
            b"\xff\xd8\xff",
            b"GIF87a",
            b"GIF89a",
            *(bytes([0, 0, 0, size]) + b"ftyp" for size in (24, 28, 32, 36)),
            b"II*\x00",
            b"MM\x00*",
        )
    ),
    (8, b"WEBP", _PICTURE),
    (128, b"DICM", (Words("a DICOM image", "DICOM 影像"), _EXPORT)),
    *((0, magic, _PACKED) for magic in (b"Rar!", b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")),
    (4, b"1AY&SY", _PACKED),
    (257, b"ustar", (Words("an archive (tar)", "归档文件（tar）"), _UNPACK)),
    (0, b"SQLite format 3", (Words("a database (SQLite)", "数据库文件（SQLite）"), _EXPORT)),
    (4, b"Standard Jet DB", (Words("a database (Access)", "数据库文件（Access）"), _EXPORT)),
    (4, b"Standard ACE DB", (Words("a database (Access)", "数据库文件（Access）"), _EXPORT)),
    *((0, magic, _R) for magic in (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"X\n\x00\x00\x00")),
    (0, b"\x93NUMPY", (Words("a NumPy array (.npy)", "NumPy 数组（.npy）"), _IN_PYTHON)),
    (0, b"\x89HDF\r\n", (Words("an HDF5 file", "HDF5 文件"), _SAVE)),
    (0, b"MATLAB 5.0", (Words("a MATLAB file", "MATLAB 文件"), _EXPORT)),
    (0, b"ARROW1\x00", (Words("an Arrow or Feather file", "Arrow 或 Feather 文件"), _SAVE)),
    (0, b"Obj\x01", (Words("an Avro file", "Avro 文件"), _SAVE)),
    *((0, bytes([0x80, version, last]), _PICKLE) for version in (2, 3, 4, 5) for last in b"}](c\x95X"),
    (0, b"MSH|^~", (Words("an HL7 message", "HL7 消息"), _EXPORT)),
    (0, b"ID;PWXL", (Words("a SYLK file", "SYLK 文件"), _REOPEN)),
    (0, b"MIME-Version:", (Words("a web archive or an e-mail", "网页归档或电子邮件"), _REOPEN)),
)
_MARKUP: tuple[tuple[bytes, Kind], ...] = (
    (
        rb"urn:schemas-microsoft-com:office:spreadsheet",
        (Words("a spreadsheet in the XML of Excel 2003", "Excel 2003 的 XML 表格"), _REOPEN),
    ),
    (rb"http://hl7\.org/fhir", (Words("a FHIR resource in XML", "XML 格式的 FHIR 资源"), _EXPORT)),
    (rb"<(\w+:)?clinicaldocument\b", (Words("a clinical document in XML (CDA)", "XML 临床文档（CDA）"), _EXPORT)),
    (rb"^<(html|table|meta|head|body|div|style|!doctype html)\b|^<\?xml.*<html\b", _PAGE),
    (rb"^(<\?xml.*)?<svg\b", _PICTURE),
    (rb"^<\?xml|^<!doctype", (Words("an XML file", "XML 文件"), _EXPORT)),
)
_OFFICE: tuple[tuple[str, Kind], ...] = (
    ("word/", (Words("a Word document (.docx)", "Word 文档（.docx）"), _COPY)),
    ("ppt/", (Words("a PowerPoint presentation (.pptx)", "PowerPoint 演示文稿（.pptx）"), _COPY)),
    ("index/", (Words("a Numbers, Pages or Keynote file", "Numbers、Pages 或 Keynote 文件"), _REOPEN)),
    ("meta-inf/manifest.mf", (Words("a Java program", "Java 程序"), _SAVE)),
)
_OPEN_DOCUMENT = {
    "text": (Words("an OpenDocument text (.odt)", "OpenDocument 文本文档（.odt）"), _COPY),
    "presentation": (Words("an OpenDocument presentation (.odp)", "OpenDocument 演示文稿（.odp）"), _COPY),
    "graphics": (Words("an OpenDocument drawing (.odg)", "OpenDocument 绘图（.odg）"), _COPY),
}
_OLD_OFFICE: tuple[tuple[str, Kind], ...] = (
    ("EncryptedPackage", (Words("a workbook or document that is protected by a password", "受密码保护的工作簿或文档"), _UNLOCK)),
    ("WordDocument", (Words("an old Word document (.doc)", "旧版 Word 文档（.doc）"), _COPY)),
    ("PowerPoint Document", (Words("an old PowerPoint presentation (.ppt)", "旧版 PowerPoint 演示文稿（.ppt）"), _COPY)),
    ("__nameid_version", (Words("an e-mail of Outlook (.msg)", "Outlook 邮件（.msg）"), _COPY)),
)


def refuse_foreign(name: str, data: bytes) -> None:
    """Raise UserError, which names the kind, if the content is of a kind that is not read."""
    found = _kind_of(data)
    if found is not None:
        kind, how = found
        raise UserError(_SENTENCE.format(name=shown(name), kind=kind, how=how))


def is_archive(data: bytes, names: Sequence[str]) -> bool:
    """Whether a zip file with these members was packed by somebody, rather than being a workbook or document that is a zip file inside."""
    return not any(name.startswith(("xl/", "[content_types]", "mimetype")) for name in names) and _kind_of_zip(data, names) is None


def members(data: bytes) -> list[str]:
    """Return the names inside a zip file in lower case, in the order of the file; none if it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [name.lower() for name in archive.namelist()]
    # NotImplementedError: a version of zip files that zipfile does not know.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, LookupError, OverflowError):
        return []


def _kind_of(data: bytes) -> Kind | None:
    for at, magic, kind in _BEGINNINGS:
        if data.startswith(magic, at):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data, members(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return next((kind for name, kind in _OLD_OFFICE if name.encode("utf-16-le") in data), None)
    head = data[:4_000].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").replace(b"\x00", b"").strip().lower()
    if not head.startswith(b"<"):
        return None
    return next((kind for pattern, kind in _MARKUP if re.search(pattern, head, re.DOTALL)), None)


def _kind_of_zip(data: bytes, names: Sequence[str]) -> Kind | None:
    if names and all(name.endswith(".npy") for name in names):
        return Words("a file of NumPy arrays (.npz)", "NumPy 数组文件（.npz）"), _IN_PYTHON
    if "mimetype" in names:  # the specification puts it first, uncompressed
        found = re.search(rb"vnd\.oasis\.opendocument\.(text|presentation|graphics)", data[:200])
        return (
            _OPEN_DOCUMENT.get(found[1].decode())
            if found
            else (Words("an electronic book", "电子书"), _COPY)
            if b"epub" in data[:200]
            else None
        )
    return next((kind for start, kind in _OFFICE if any(name.startswith(start) for name in names)), None)
