"""Which names of a diagnosis mean that nobody is sick. Judged by the whole name: normal pressure hydrocephalus is a disease."""

from __future__ import annotations

import re

_HEALTHY = frozenset("health healthy normal normals control controls ctrl none unaffected unremarkable benign".split())
_NEUTRAL = frozenset(
    "a and of the these above apparently otherwise clinically cognitively completely age sex matched group groups class cohort subject subjects patient "
    "patients person persons people individual individuals volunteer volunteers donor donors participant participants population adult adults "
    "child children man men woman women male males female females finding findings result results value values range examination study tissue "
    "tissues sample samples biopsy cytology function rhythm weight cognition ecg blood bone brain breast cardiac coronary colon eye heart hepatic "
    "kidney liver lung mucosa prostate renal retina sinus skin thyroid".split()
)
_NO = frozenset("no not non without nothing absence".split())
_SICKNESS = frozenset(
    "disease diseased diseases diagnosis illness disorder disorders pathology pathological abnormal abnormality abnormalities cancer malignancy "
    "tumor tumors tumour tumours lesion lesions sick sickness ill".split()
)
_BESIDE_NO = frozenset("any known evidence sign signs other found detected present seen identified".split())
_WORDS = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
_CHINESE = re.compile(
    r"(?:健康|正常|对照|良性)(?:健康|正常|对照|人群?|者|组|成人|儿童|男性|女性|孕妇|志愿者|受试者|体检|样本|组织|结果)*"
    r"|(?:无|没有|未见|未发现|未患)(?:明显|任何)?(?:异常|疾病|病变|病|诊断|肿瘤)"
)


def means_healthy(name: str) -> bool:
    """Whether a diagnosis of this name means that nobody is sick, in English or Chinese.

    Every word must allow it: "normal tension glaucoma", "benign prostatic hyperplasia", "abnormal" and 正常压力脑积水 are sick, and so is a
    name that is not understood. An error to this side costs a needless hint; one to the other would silence a warning.
    """
    words = _WORDS.findall(name.lower())
    known = {word for word in words if not word.isascii()}
    if not all(_CHINESE.fullmatch(word) for word in known):
        return False
    english = set(words) - known
    if english & _SICKNESS:
        negated = words[0] in _NO or words[-1] == "free"
        return negated and english <= _NO | _SICKNESS | _BESIDE_NO | _NEUTRAL | {"free"}
    return bool(known or english & _HEALTHY) and english <= _HEALTHY | _NEUTRAL
