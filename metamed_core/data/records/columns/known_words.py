"""The words that people write for nothing, for a diagnosis that is still open, for yes and for no, in lower case."""

from __future__ import annotations

import re

MISSING = frozenset(
    "na|n/a|n.a.|n.a|nan|nat|null|nil|-|--|---|—|——|–|?|??|.|..|…|*|/|\\|missing|unknown|unk|not done|not available|not tested|"
    "not measured|not recorded|not known|no data|nd|n.d.|tbd|<na>|#n/a|#na|#value!|#ref!|#div/0!|#num!|#name?|#null!|#error|"
    # databases, statistics programs, spreadsheets in other languages
    "\\n|\\null|(null)|[null]|<null>|{null}|none/null|undefined|#nv|#wert!|#bezug!|#zahl!|#div/0|#valeur!|#nombre!|#nom?|#nul!|#n/d|#¡valor!|"
    "#¡ref!|#¡num!|#¡div/0!|#¿nombre?|#valor!|#rif!|#valore!|#spill!|#calc!|#getting_data|#н/д|#знач!|#ссылка!|#дел/0!|#число!|._|(missing)|[missing]|"
    "(blank)|blank|(empty)|(unknown)|[unknown]|(none given)|system missing|sysmis|_|___|----|???|????|??????|"
    # in words
    "not applicable|inapplicable|not appl.|n/appl|not assessed|not performed|not determined|not obtained|not examined|not evaluated|"
    "not stated|not reported|not given|not collected|not taken|not documented|not ordered|not evaluable|not assessable|"
    "no information|no info|no result|no results|no value|no answer|no record|no sample|unavailable|unrecorded|"
    "prefer not to say|don't know|do not know|dont know|dnk|d/k|n/k|n.k.|n/d|n/r|to follow|awaited|"
    "k.a.|k. a.|keine angabe|keine angaben|nicht bekannt|unbekannt|unbek.|unkn.|unkn|unknwn|#n/a n/a|nicht erhoben|nicht gemessen|nicht durchgeführt|n.b.|n. b.|n.v.|"
    "inconnu|inconnue|non renseigné|non disponible|non fait|manquant|s/d|s/r|sin dato|sin datos|no disponible|desconocido|no aplica|no realizado|"
    "não informado|ignorado|sconosciuto|non noto|onbekend|niet bekend|okänd|ukjent|ukendt|нет данных|н/д|неизвестно|brak danych|"
    "缺失|缺|未查|未测|未检|未检测|未检查|未测定|未做|未行|无数据|无资料|无记录|未记录|未提供|未填|未填写|不详|未知|不明|不清|空|空白|待补|"
    "待查|待检|待测|待报|待回报|未送检|未采|未采集|拒查|拒检|不适用|未评估|未评|未获得|未出|未回报|未報|未檢|未檢測|無資料|無數據|不詳".split(
        "|"
    )
) | {"", "none", *(f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")}
"""Texts that denote a missing value. `-` means no in a column of grades (`+`, `++`, `1+`); `none` is a level of a category."""

UNDIAGNOSED = MISSING | frozenset(
    "undiagnosed|not diagnosed|not diagnosed yet|not yet diagnosed|pending|to be determined|tbc|to be confirmed|unclear|unlabelled|unlabeled|"
    "to diagnose|inconclusive|indeterminate|undetermined|uncertain|unsure|unconfirmed|not confirmed|unresolved|unclassified|unclassifiable|"
    "undecided|open|offen|unklar|ausstehend|in abklärung|noch offen|under investigation|under evaluation|under work-up|under workup|work-up|workup|"
    "in progress|awaiting|awaiting result|awaiting results|awaiting diagnosis|awaiting biopsy|diagnosis pending|results pending|pending biopsy|"
    "no diagnosis yet|no diagnosis|not established|not clear|not classified|unassigned|unspecified|not specified|xx|xxx|empty|refused|declined|lost|missing diagnosis|diagnosis unknown|"
    "en attente|à déterminer|indéterminé|pendiente|por determinar|indeterminado|in attesa|da definire|em investigação|a definir|не установлен|"
    "未诊断|未确诊|待诊断|待诊|待定|诊断不明|诊断未明|未明确|未标注|待明确|待确诊|待排|未分类|无诊断|待诊断中|未診斷|待診斷|未確診|无|無|暂无|未下诊断".split(
        "|"
    )
)
"""Texts of a label column that denote a patient without a diagnosis."""

ALSO_DIAGNOSES = frozenset("none|nd|n.d.|nil|indeterminate|unclassified|unclassifiable|unspecified|no diagnosis|未分类|无|無".split("|"))
"""Texts of `UNDIAGNOSED` that are diagnoses as well: where other cells of the label column are empty, they are read as diagnoses (ND is also a diagnosis)."""

YES = frozenset(
    "yes|y|true|t|pos|positive|present|+|++|+++|(+)|1|1.0|detected|checked|ticked|selected|reactive|✓|✔|✔️|√|☑|☒|✅|"
    "ja|oui|sí|si|sim|да|tak|evet|有|是|阳性|阳|存在|检出|陽性|はい|예".split("|")
)
NO = frozenset(
    "no|n|false|f|neg|negative|absent|-|(-)|0|0.0|not detected|undetected|unchecked|not selected|non-reactive|nonreactive|✗|✘|☐|❌|□|"
    "nein|non|não|nao|нет|nie|hayır|无|否|阴性|阴|没有|不存在|未检出|陰性|無|いいえ|아니요".split("|")
)
TICKS = frozenset(
    "x|×|v|•|●|■|*|1|1.0|+|yes|y|true|t|checked|ticked|selected|present|pos|positive|✓|✔|✔️|√|☑|☒|✅|ja|oui|sí|si|sim|да|tak|"
    "有|是|阳性|存在|○|◯|〇".split("|")
)
"""Marks of a sign that is present, in a column whose other cells are empty."""

_BRACKETED = re.compile(r"[\[(<{]\s*(.*?)\s*[\])>}]")
_SIGNS = frozenset("-+*?")
"""In brackets these are results: `(-)`, `(+)`."""
_ODD = re.compile(r"\?+|#[^\s]{1,14}[!?]|\.{2,}|…")
_OPEN = re.compile(
    r"(?:still |currently |yet )?(?:awaiting|pending|unknown (?:diagnosis|status|yet)|under (?:investigation|evaluation|review|work-?up|observation)|to be|tbd|tbc|"
    r"not (?:yet )?(?:known|clear|determined|established|available|done|diagnosed|confirmed|assessed|classified|decided|made|assigned|recorded))\b.*"
    r"|.*\b(?:pending|awaited|to follow|tbd|tbc|not yet known)|尚?(?:待|未)(?:诊|确|查|明|排).{0,2}"
)


def is_missing(text: str, missing: frozenset[str] = MISSING) -> bool:
    """Whether a normalized text denotes a missing value: one of `missing`, or the same in brackets such as `(null)`."""
    lower = text.lower()
    if lower in missing:
        return True
    if lower[-1:] == ".":
        return lower.replace(" ", "") in missing
    if lower[-1:] not in ")]>}":
        return False
    bracketed = _BRACKETED.fullmatch(lower)
    return bracketed is not None and bracketed[1] not in _SIGNS and bracketed[1] in missing


def is_open(text: str) -> bool:
    """Whether a normalized text of a label column denotes a patient without a diagnosis."""
    lower = text.lower()
    return is_missing(text, UNDIAGNOSED) or _ODD.fullmatch(lower) is not None or _OPEN.fullmatch(lower) is not None
