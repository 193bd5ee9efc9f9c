"""Compressed tables are unpacked within limits; a file of a kind that is not read is called by its name."""

from __future__ import annotations

import gzip
import io
import zipfile
from functools import partial

import numpy as np
import pytest

from metamed_core.data.formats import EXTENSIONS, read_table
from metamed_core.data.formats.table import MAX_BYTES
from metamed_core.words import UserError
from tests.helpers.odd_files import TABLE, workbook

packed = partial(gzip.compress, mtime=0)  # the time would make the name of a test another one in each process
CSV = TABLE.encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BOOK = workbook({"S": [line.split(",") for line in TABLE.splitlines()]})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("patients.csv.gz", packed(CSV)),
        ("patients.gz", packed(CSV)),
        ("patients.csv", packed(CSV)),
        ("patients.xlsx.gz", packed(BOOK)),
        ("patients.zip", zipped({"patients.csv": CSV})),
        ("patients.zip", zipped({"folder/": b"", "folder/patients.tsv": CSV.replace(b",", b"\t")})),
        ("patients.zip", zipped({"README.txt": b"hello", "__MACOSX/._t.csv": b"x", "t.csv": CSV, "figure.png": b"\x89PNG"})),
        ("patients.zip", zipped({"no ending": CSV})),
        ("patients.zip", zipped({"../../patients.csv": CSV})),
        ("patients.zip", zipped({"book.xlsx": BOOK})),
        ("a workbook.zip", BOOK),
    ],
)
def test_one_compressed_table_is_read(name: str, data: bytes) -> None:
    assert name.rpartition(".")[2] in EXTENSIONS
    assert len(read_table(name, data)) == 12


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("x.zip", zipped({"a.csv": CSV, "b.csv": CSV}), r"The zip file “x.zip” holds several tables \(a.csv, b.csv\)"),
        ("x.zip", zipped({"readme.md": b"x"}), "holds no table"),
        ("x.zip", zipped({}), "cannot be unpacked|holds no table"),
        ("x.zip", zipped({"x.csv": CSV}, zipfile.ZIP_LZMA), "packed in an unusual way"),
        ("x.zip", zipped({"x.csv": CSV}).replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"), "password"),
        ("x.zip", zipped({"x.csv": CSV})[:-9], "cannot be unpacked"),
        ("x.zip", zipped({"inner.zip": zipped({"x.csv": CSV})}), "holds another compressed file"),
        ("x.csv.gz", packed(packed(CSV)), "holds another compressed file"),
        ("x.csv.gz", packed(CSV)[:-20], "cannot be unpacked"),
        ("x.csv.gz", packed(b"a,b\n" * (MAX_BYTES // 4 + 1), 1), "unpacks to more than 50 MB"),
        ("x.zip", zipped({"x.csv": bytes(MAX_BYTES + 1)}), "unpacks to more than 50 MB"),
    ],
)
def test_any_other_archive_ends_in_a_sentence(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_table(name, data)


def test_the_size_that_an_archive_states_is_not_believed() -> None:
    honest = zipped({"x.csv": bytes(MAX_BYTES + 1)})
    stated = (MAX_BYTES + 1).to_bytes(4, "little")
    assert honest.count(stated) == 2  # in the member and in the directory
    with pytest.raises(UserError, match="cannot be unpacked"):
        read_table("x.zip", honest.replace(stated, (10).to_bytes(4, "little")))


def _npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(3))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("PDF", b"%PDF-1.7\n"),
        ("picture", b"\x89PNG\r\n\x1a\n"),
        ("picture", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("RTF", b"{\\rtf1\\ansi"),
        ("Word document", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})),
        ("PowerPoint", zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})),
        ("OpenDocument text", zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}, zipfile.ZIP_STORED)),
        ("old Word document", OLE + "WordDocument".encode("utf-16-le")),
        ("protected by a password", OLE + "EncryptedPackage".encode("utf-16-le")),
        ("SQLite", b"SQLite format 3\x00"),
        ("R ", packed(b"X\n\x00\x00\x00\x03\x00\x04")),
        ("R ", packed(b"RDX3\nX\n")),
        ("NumPy", _npz()),
        ("pickle", b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00"),
        ("HTML", b"\xef\xbb\xbf  <html><body><table><tr><td>age</td></tr></table>"),
        ("HTML", '<!DOCTYPE html>\n<html lang="de">'.encode("utf-16")),
        ("Excel 2003", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
        ("FHIR", b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"><entry/>'),
        ("XML", b"<?xml version='1.0'?><patients><patient/></patients>"),
        ("HL7", b"MSH|^~\\&|LAB|"),
        ("compressed", b"7z\xbc\xaf\x27\x1c"),
    ],
)
@pytest.mark.parametrize("name", ["patients.csv", "patients.xlsx", "patients"])
def test_a_kind_that_is_not_read_is_named_with_the_way_out(name: str, kind: str, data: bytes) -> None:
    with pytest.raises(UserError, match=kind) as caught:
        read_table(name, data)
    assert "upload" in caught.value.words.en
    assert "上传" in caught.value.words.zh


@pytest.mark.parametrize(
    "text", ["<img src=x>,b\n1,2\n", "<5,b\n1,2\n", "BZ,b\n1,2\n", "X,b\n1,2\n", "ID;P1\n1;2\n", "MSH|b\n1|2\n", "PK,b\n1,2\n"]
)
def test_text_that_begins_oddly_is_a_table_all_the_same(text: str) -> None:
    assert len(read_table("x.csv", text.encode())) == 1
