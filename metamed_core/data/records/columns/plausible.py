"""Values that no patient can have, by the header of the column: a negative concentration, an age of 240."""

from __future__ import annotations

import re

from metamed_core.data.records.columns.units import analyte, is_age, unit_in, without_unit

_MAY_BE_NEGATIVE = re.compile(
    r"change|chg|delta|Δ|diff|excess|\bbe\b|\bz\b|z.?score|t.?score|sds?\b|\blog|slope|balance|gradient|deviation|shift|residual|trend|axis|angle|tilt|"
    r"score|index|refraction|sphere|cylinder|dioptr|gap|velocity|strain|latitude|longitude|变化|差|剩余碱|碱剩余|评分|平衡",
    re.IGNORECASE,
)
_NEVER_NEGATIVE = re.compile(
    r"\b(?:age|weight|height|length|bmi|pulse|heart rate|hr|bp|sbp|dbp|map|resp\w* rate|rr|spo2|sao2|temp\w*|count|number|dose|duration|crp|hs ?crp|esr|"
    r"w?bc|rbc|wbc|hb|hgb|ha?emoglobin|hct|ha?ematocrit|plt|platelets?|mcv|mch|mchc|rdw|neut\w*|lymph\w*|mono\w*|eos\w*|baso\w*|ferritin|iron|tibc|glucose|"
    r"glu|hba1c|a1c|insulin|creat\w*|cr|urea|bun|bili\w*|alt|ast|alp|ggt|ldh|ck|troponin|bnp|d ?dimer|inr|aptt|fibrinogen|tsh|ft?[34]|cortisol|na|k|cl|"
    r"ca|mg|sodium|potassium|chloride|calcium|phosphate|albumin|alb|protein|cholesterol|hdl|ldl|triglycerides?|tg|uric acid|urate|procalcitonin|pct|"
    r"lactate|amylase|lipase|psa|afp|cea|ca ?\d+|rf|ana|titre|titer|vitamin \w+|ige|iga|igg|igm|c3|c4|pao2|pco2|po2|days?|weeks?|months?|years?)\b|"
    r"年龄|体重|身高|血压|心率|脉搏|体温|呼吸频率|计数|血红蛋白|白细胞|红细胞|血小板|血糖|肌酐|尿素|胆红素|白蛋白|铁蛋白|C反应蛋白|血沉|天数|个数|次数",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[re.Pattern[str], tuple[tuple[float, float], ...]], ...] = tuple(
    (re.compile(names, re.IGNORECASE), spans)
    for names, spans in (
        (r"\b(?:body )?temp(?:erature)?\b|体温", ((20.0, 46.0), (68.0, 115.0))),
        (r"\b(?:heart rate|pulse(?: rate)?|hr)\b|心率|脉搏", ((1.0, 400.0),)),
        (r"^(?:(?:body|birth|current|admission) ?)?(?:weight|height|length)$|^(?:体重|身高|出生体重)$", ((0.01, float("inf")),)),
        (r"\b(?:systolic(?: bp| blood pressure)?|sbp|sys bp)\b|收缩压", ((20.0, 370.0),)),
        (r"\b(?:diastolic(?: bp| blood pressure)?|dbp|dia bp)\b|舒张压", ((5.0, 260.0),)),
        (r"\b(?:spo2|sao2|o2 sat(?:uration)?|oxygen saturation)\b|血氧饱和度", ((0.0, 1.0), (20.0, 100.0))),
        (r"\b(?:resp(?:iratory)? rate|rr)\b|呼吸频率", ((1.0, 150.0),)),
        (r"\b(?:bmi|body mass index)\b", ((5.0, 210.0),)),
        (r"\b(?:arterial |blood )ph\b|^ph$", ((6.2, 8.2),)),
        (r"\bgcs\b|\bglasgow coma\b", ((3.0, 15.0),)),
        (r"^apgar\b", ((0.0, 10.0),)),
        (r"\b(?:potassium|serum k)\b|^k$|血钾", ((0.5, 15.0),)),
        (r"\b(?:sodium|serum na)\b|^na$|血钠", ((70.0, 240.0),)),
    )
)
_TRACE = 1e-6
"""A living person has some glucose, creatinine or albumin."""
OLDEST = 125.0
"""Years; nobody is known to have lived longer."""


def never_negative(header: str) -> bool:
    """Whether the quantity that a header names cannot be negative."""
    name, unit = _name(header), unit_in(header)
    if _MAY_BE_NEGATIVE.search(name):
        return False
    return _NEVER_NEGATIVE.search(name) is not None or "/" in unit


def possible(header: str) -> tuple[tuple[float, float], ...]:
    """Return the spans of values that a patient can have, by the quantity that a header names; empty where nothing is known."""
    name = _name(header)
    if is_age(header):
        return ((0.0, OLDEST),)
    if _MAY_BE_NEGATIVE.search(name):
        return ()
    known = next((spans for names, spans in _BOUNDS if names.search(name)), ())
    if known:
        return known
    if (found := analyte(header)) is not None:
        return ((_TRACE, 2 * found.highest * found.factor),)
    return ((0.0, float("inf")),) if never_negative(header) else ()


def _name(header: str) -> str:
    return re.sub(r"[_.]+|(?<=[a-z])(?=[A-Z])", " ", without_unit(header)).strip()
