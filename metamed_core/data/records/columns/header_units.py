"""Units that programs write into a header with underscores: `haemoglobin_g_dl`, `wbc_10e9_l`, `temp_c`."""

from __future__ import annotations

import re

_NUMERATORS = "mg|g|ug|mcg|ng|pg|mmol|umol|nmol|pmol|mol|u|iu|mu|miu|uu|uiu|meq|ukat|mm"
_DENOMINATORS = "dl|ml|ul|l|mmol|mol|kg|min|hr|h"
_RATIO = re.compile(rf"_({_NUMERATORS})_(?:per_)?({_DENOMINATORS})$", re.IGNORECASE)
_COUNT = re.compile(r"_x?10(?:e|\^|_)?(3|6|9|12)_?(?:per_)?_?(l|ul)$", re.IGNORECASE)
_TEMPERATURE = re.compile(r"(?:^|_)(?:body_?)?temp(?:erature)?_(?:deg_?)?([cf])$", re.IGNORECASE)
_PERCENT = re.compile(r"_(?:pct|perc|percent)$", re.IGNORECASE)
_PER_MINUTE = re.compile(r"_per_min$", re.IGNORECASE)
_SPELLING = {"dl": "dL", "ml": "mL", "ul": "µL", "l": "L", "ug": "µg", "mcg": "µg", "umol": "µmol", "u": "U", "iu": "IU", "mu": "mU", "miu": "mIU"} | {
    "uu": "µU", "uiu": "µIU", "meq": "mEq", "ukat": "µkat", "hr": "h",
}  # fmt: skip


def split_header(header: str) -> tuple[str, str]:
    """Return the name and the unit of a header whose unit is written with underscores; the header and an empty unit for any other.

    >>> split_header("haemoglobin_g_dl"), split_header("wbc_10e9_l"), split_header("vitamin_c")
    (('haemoglobin', 'g/dL'), ('wbc', '10^9/L'), ('vitamin_c', ''))
    """
    if (found := _COUNT.search(header)) and found.start():
        return header[: found.start()], f"10^{found[1]}/{_spelled(found[2])}"
    if (found := _RATIO.search(header)) and found.start():
        return header[: found.start()], f"{_spelled(found[1])}/{_spelled(found[2])}"
    for pattern, unit in ((_PERCENT, "%"), (_PER_MINUTE, "/min")):
        if (found := pattern.search(header)) and found.start():
            return header[: found.start()], unit
    if degrees := _TEMPERATURE.search(header):
        return header[: degrees.start(1)].rstrip("_").removesuffix("_deg"), f"°{degrees[1].upper()}"
    return header, ""


def _spelled(part: str) -> str:
    return _SPELLING.get(part.lower(), part.lower())
