"""Weights and their card as one .zip, to take to another computer and to bring back; what comes is trusted in nothing."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import Path

from metamed_core.learners import MAX_BYTES, MAX_CARD_BYTES, read_bytes
from metamed_core.words import UserError, Words

SUFFIX = ".safetensors"
MOST = {SUFFIX: MAX_BYTES, ".json": MAX_CARD_BYTES}
"""Largest size of each of the two members."""
MOST_DIRECTORY = 4_096
"""Bytes of the list of members; that of two has some 150."""
_END = b"PK\x05\x06"


def export_zip(path: Path) -> bytes:
    """Weights and card as one .zip. Raises UserError if one of them cannot be read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (path, path.with_suffix(".json")):
            archive.writestr(each.name, read_bytes(each))
    return content.getvalue()


def unzipped(data: bytes) -> tuple[bytes, bytes]:
    """Weights and card from a .zip of `export_zip`, not yet checked. Raises UserError for any other file."""
    try:
        end = data.rfind(_END)
        if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > MOST_DIRECTORY:
            raise not_weights()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            weights, card = (_member(archive, ending) for ending in MOST)
    # UserError is a ValueError. Of a member that is encrypted zipfile raises RuntimeError, of one with a name in no encoding a ValueError.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError) as error:
        raise not_weights() from error
    except (RuntimeError, ValueError, LookupError, ArithmeticError, MemoryError) as error:
        raise not_weights() from error
    return weights, card


def _member(archive: zipfile.ZipFile, ending: str) -> bytes:
    """The one member with this ending, of two. Raises UserError if there is none such, or it is too large or packed in another way."""
    found = [one for one in archive.infolist() if Path(one.filename).suffix == ending]
    if len(found) != 1 or len(archive.infolist()) != len(MOST) or found[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise not_weights()
    with archive.open(found[0]) as file:  # the size is measured, not believed
        data = file.read(MOST[ending] + 1)
    if len(data) > MOST[ending]:
        raise not_weights()
    return data


def not_weights() -> UserError:
    """What is said of a file without weights."""
    return UserError(
        Words(
            "The file does not hold weights of MetaMed: choose the .zip that “Download weights” gave.",
            "该文件中没有 MetaMed 的权重：请选择由“下载权重”得到的 .zip 文件。",
        )
    )
