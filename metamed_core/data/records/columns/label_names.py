"""Headers that name a column of diagnoses, and headers that only mention a diagnosis: when, how surely, by whom it was made."""

from __future__ import annotations

import re

from metamed_core.data.records.columns.chinese import simplified
from metamed_core.data.records.columns.identifiers import words_of
from metamed_core.data.records.columns.texts import narrow

_CHIEFLY = "final|primary|main|principal|confirmed|clinical|true|definite|definitive|discharge"
# From the most to the least certain; the first pattern that matches a header applies.
LABEL_NAMES = (
    re.compile(
        rf"(?:(?:{_CHIEFLY}) )?(?:diagnos[ie]s|diag)(?: label| class| name| code)?|diagnos[ie]s (?:{_CHIEFLY})|dx|final dx|dx final|"
        r"diagnose|diagn[oó]stico|diagnostic|diagnosi|diagnoza|диагноз|"
        r"诊断|诊断结果|最终诊断|主要诊断|出院诊断|临床诊断|确诊|确诊疾病|疾病诊断|诊断名称"
    ),
    re.compile(
        r"disease|label|labels|class|target|phenotype|(?:disease|diagnosis|dx|cancer|tumou?r)(?: name| label| type| group| category| state| status| class| description| text)|"
        r"(?:diagnosis )?icd ?(?:9|10|11)?(?: code| diagnosis)?|疾病|疾病名称|标签|病种|类别|分类|病名|目标"
    ),
    re.compile(
        r"(?:.* )?diagnos[ie]s|(?:.* )?dx|dx code|ground truth|severity|.*诊断|condition|condition (?:source value|name|code)|disorder|syndrome|outcome|"
        r"category|subtype|y|prognosis|group|result|结局|结果|分型|亚型|分组|组别"
    ),
)
_NAMED_ALL_THE_SAME = re.compile(r"condition source value|(?:disease|diagnosis) (?:description|text)|dx description")
"""Headers that name a diagnosis although a word in them often makes a mention."""
_MENTIONS = re.compile(
    r"\b(?:years?|yrs?|dates?|days?|weeks?|months?|hours?|times?|age|ages|when|since|until|durations?|intervals?|delay|lag|onset|"
    r"confidence|certainty|certain|sure|likelihood|probability|prob|score|by|doctor|physician|clinician|method|basis|criteri\w+|source|"
    r"site|place|hospital|cent(?:er|re)|comments?|notes?|remarks?|text|description|details|number|no|count|n|version|system|"
    r"at|of|to|from|for|before|after|with|without|made|known|given|changed|review\w*|status date)\b|"
    r"日期|时间|年份|年龄|年限|天数|月数|把握|可信|医院|医生|医师|依据|方法|备注|说明|数量|个数|距"
)
"""Words beside "diagnosis" that make a column one about the diagnosis: `date of diagnosis`, `diagnosis_confidence`."""
_ABOUT = re.compile(r"diagnos|\bdx|\bicd|disease|outcome|condition|disorder|label|\bclass|target|诊断|疾病|确诊|结局")
_SECONDARY = re.compile(
    r"\b(?:secondary|tertiary|quaternary|other|additional|further|accessory|co ?morbid\w*|previous|prior|past|old|former|family|differential|admission|admitting|referral|"
    r"referring|working|provisional|preliminary|suspected|presumed|initial|first impression|mother\w*|father\w*|parent\w*)\b|次要|其他|既往|家族|合并|入院|初步|初诊|疑似|伴随"
)
_CHIEF = re.compile(r"\b(?:final|confirmed|primary|main|principal|definit(?:e|ive)|discharge|true)\b|最终|主要|出院|确诊")
_NOT_A_LABEL = re.compile(
    r"sex|gender|race|ethnicity|hospital|site|(?:.* )?site|center|centre|ward|department|unit|room|smok.*|blood ?(?:type|group)|referral source|"
    r"(?:.* )?(?:history|medications?|drugs?|treatments?|therap(?:y|ies)|comorbidit(?:y|ies)|complications?|arm|insurance|occupation|marital status|"
    r"education|country|nationality|region|operator|physician|doctor|nurse|device)|性别|民族|医院|科室|血型|婚姻.*|职业|.*史|用药|治疗|并发症|合并症"
)
_NUMBERED = re.compile(r"(.*\D)[ _]?(\d{1,2})")


def tier(header: str) -> int | None:
    """Return how surely a header names a column of diagnoses: 0 surely, 1 probably, 2 perhaps; None: it does not."""
    if only_mentions(header):
        return None
    words = [simplified(one) for one in (words_of(header), header.strip().lower(), base_and_number(header)[0])]
    return next((place for place, pattern in enumerate(LABEL_NAMES) if any(map(pattern.fullmatch, words))), None)


def is_named_label(header: str) -> bool:
    """Whether a header indicates a column of diagnoses."""
    return tier(header) is not None


def only_mentions(header: str) -> bool:
    """Whether a header is about a diagnosis without naming it: `date_of_diagnosis`, `outcome_days`, `diagnosis confidence`."""
    words = all_words(header)
    return _ABOUT.search(words) is not None and _MENTIONS.search(words) is not None and _NAMED_ALL_THE_SAME.fullmatch(words) is None


def is_secondary(header: str) -> bool:
    """Whether a header names a diagnosis other than the one to find: `secondary diagnosis`, `admission diagnosis`."""
    return _SECONDARY.search(all_words(header)) is not None


def is_chief(header: str) -> bool:
    """Whether a header says that its diagnosis is the one that counts: `final diagnosis`."""
    return _CHIEF.search(all_words(header)) is not None


def is_no_label(header: str) -> bool:
    """Whether a header names something else, whatever the values look like: `sex`, `tumor site`, `medication`."""
    return _NOT_A_LABEL.fullmatch(words_of(header)) is not None or is_secondary(header) or only_mentions(header)


def base_and_number(header: str) -> tuple[str, int | None]:
    """Split the words of a header from the number at their end: `Diagnosis 2` -> `diagnosis`, 2; None without a number."""
    match = _NUMBERED.fullmatch(words_of(header))
    return (match[1].strip(), int(match[2])) if match else (words_of(header), None)


def all_words(header: str) -> str:
    """Return the words of a header in lower case, its unit included: a year of diagnosis is no diagnosis in the unit year."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", simplified(narrow(header)))
    return " ".join(re.sub(r"[\W_]+", " ", spaced).lower().split())
