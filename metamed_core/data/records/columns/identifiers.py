"""Detect columns that may identify a patient: the 18 identifiers of HIPAA Safe Harbor and their Chinese counterparts.

A short code such as `P-001` identifies a patient within this table only: it is used as a display name and is not a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from metamed_core.data.records.columns.chinese import simplified
from metamed_core.data.records.columns.rounded_codes import are_long_codes
from metamed_core.data.records.columns.units import unit_in, without_unit
from metamed_core.data.records.columns.values import Cells, are_unordered_numbers, is_yes_no, numbers


class Identity(StrEnum):
    """Whether a column identifies patients: not at all, by a local code, or as a person."""

    NOTHING = "nothing"
    CODE = "code"  # a short code, for display
    PERSON = "person"  # may identify the patient


_NUMBERED = (
    "hospital|hosp|med(?:ical)? rec|reg|opd?|ip|cr|acc|ur|episode|chart|record|unit|accession|registration|file|folder|admission|encounter|visit|specimen|account|policy|member|"
    "beneficiary|insurance|subscriber|licen[cs]e|certificate|serial|device|implant|vehicle|plate|badge|employee|bed|room|case|"
    "barcode|claim|invoice|requisition|lab|order|hospitali[sz]ation|inpatient|outpatient|health card|study subject"
)
"""`... number`, `... no`, `... id` of these name a person, the thing alone (a kind of insurance, a unit) does not."""

_PERSON_EN = re.compile(
    r"\b(?:"
    # names
    r"(?:first|last|middle|given|family|full|sur|fore|pt|pat|patient|maiden|mother|father|parent|guardian|spouse|doctor|physician|nurse|"
    r"employer|legal|contact)(?:'?s)?\s?names?|names? (?:last|first|surname).*|f ?name|l ?name|surname|forename|initials|next of kin|emergency contact|nickname|alias|"
    # places smaller than a state
    r"(?:home |street |postal |mailing |email |e mail |ip |mac )?address(?:es)?|street|zip ?5?(?: ?code)?|pin ?code|post ?code|postal ?code|city|"
    r"town|county|village|latitude|longitude|geo ?code|gps|residence|"
    # dates
    r"dob|d o b|yob|birth ?(?:date|day)|date of \w+|(?:\w+ )?dates?|date ?time|time ?stamp|born(?: on)?|admitted on|discharged on|"
    # telephone, fax, e-mail, web, network
    r"(?:tele|cell|mobile|home|work)? ?phone(?: ?(?:no|number|num))?|tel|telephone|fax(?: no| number)?|pager|"
    r"contact (?:no|number|details|info)|mobile (?:no|number)|cell (?:no|number)|e ?mail|url|web ?(?:site|page|address)|home ?page|"
    r"wechat|qq|facebook|twitter|instagram|whatsapp|social media|ip addr|mac|imei|user ?(?:name|id)|login|uuid|guid|"
    # numbers assigned by an authority, an insurer, a bank or a hospital
    r"ssn(?: last ?\d)?|social security(?: no| number)?|(?:national|citizen|government|tax|voter)(?: id| insurance| identification)?(?: no| number)|"
    r"national id|nhs(?: no| number)?|nino|passport(?: no| number)?|mrns?|uhid|urn|emr|ehr id|medical record(?: no| number| id)?|"
    rf"(?:{_NUMBERED})(?: ?#| (?:no|num|number|id|identifier|code|nr)\b)|(?:medicare|medicaid|health plan|insurance)(?: beneficiary)? id|"
    r"accession|bar ?code|iban|bank account|credit card|driver'?s? licen[cs]e|licen[cs]e plate|vin|udi(?! ?6)|(?:device|implant|equipment) serial|mpi|empi|upi|nhi|chi number|"
    # body and face
    r"finger ?prints?|voice ?print|retina scan|iris scan|biometrics?|(?:face |facial |patient |full face )?photo(?:graph)?s?|"
    r"face image|portrait"
    r")"
    # what may follow: `phone 2`, `date of visit`, `address line 1`; not `phone reminder`
    r"(?: (?:no|nr|number|num|id|code|time|text|value|hash|line|details|info|home|work|of \w.*|at .*|\d+|#|1st|2nd))*$"
)
_NAME_ALONE = re.compile(r"names?|patient")
_NOT_A_PERSONS_NAME = re.compile(
    r"\b(?:drug|gene|test|variable|column|medication|analyte|disease|diagnosis|species|hospital|study|site|product|brand|file) names?\b"
)
_GENERIC = re.compile(
    r"(?:(?:study |research |trial |anonymi[sz]ed |pseudo )?"
    r"(?:patients?|pt(?=.)|pat|person|subject|participant|case|respondent|proband|donor|individual|subj|record|sample|row|client))"
    r"(?: ?(?:id|ids|no|num|number|nr|code|key|identifier|index|#))?"
    r"|id|ids|pid|sid|no|nr|number|index|key|identifier|#|unnamed.*|column \d+|rownames?|row|serial"
)
_MAYBE_CODES = re.compile(
    r"code|codes|ref|reference|study(?: (?:id|no|nr|number|code))?|kennung|fall ?(?:nr|nummer)?|proband(?:en)? ?(?:nr|nummer|id)?|"
    r"patienten? ?(?:nr|nummer|code|id)|pat nr|identifiant|codice(?: paziente)?|paciente|(?:n[°ºo] )?(?:dossier|paciente|paziente)|enrol?ment|screening|randomi[sz]ation"
    r"(?: (?:no|number|id))?|患者代号|代码|代号"
)
"""Headers of codes, if the cells are short codes and differ from each other."""
_CODE_OR_NUMBER = re.compile(r"code|nr|nummer|\bno\b|number|study|kennung|代码|代号")
"""Those of them above which a whole number is a code too, rather than measured."""
_WEAKLY_GENERIC = re.compile(r"no|nr|number|index|key|#|unnamed.*|column \d+|serial|号|序号")
"""Headers that occur above counts as well as above codes."""
_TIME_BETWEEN = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|age|interval|duration|time) (?:since|from|to|at|between|until|after|before)\b|至|间隔|时长|年龄",
    re.IGNORECASE,
)
_PERSON_ZH = re.compile(
    "(?:姓名|名字|曾用名|联系人|监护人|家属|身[份分]证(?:字号)?|证件号|护照|军官证|社保|医保(?:卡|号|编号|证)|参保号|病历号|病案号|病例编号|档案号|"
    "住院号|住院编号|影像号|病理号|放射号|超声号|门诊号|就诊号|就诊卡|诊疗卡|登记号|挂号|检查号|检验号|标本号|样本号|标本编号|条码|条形码|床号|床位|病床号|病房号|"
    "房间号|房号|电话|手机|联系方式|传真|邮箱|邮件|微信|QQ号|qq号|住址|地址|住所|户籍|籍贯|居住地|邮编|邮政编码|街道|小区|(?<![农乡])村|"
    "出生日期|出生年月|出生时间|生日|日期|入院时间|出院时间|就诊时间|死亡时间|采样时间|检查时间|银行卡|账号|账户|卡号|车牌|驾驶证|驾照|"
    "车架号|设备号|设备编号|序列号|网址|指纹|声纹|虹膜|照片|人脸|人像|工作单位|保险号|保单号|流水号|医生|医师|"
    "(?:患者|病人|用户|就诊|住院|个人|病历)(?:ID|id|Id|编码|编号|号码|号)|IP地址)"
    r"(?:号?码|号|编号|编码|代码|名称|信息|详情|时间|ID|id|\d|[（(].*|\s)*$"
)
_GENERIC_ZH = re.compile(
    "患者|病人|病患|病患编号|病患代码|编号|序号|病例|病例号|受试者|受试者编号|研究编号|患者编号|病人编号|患者号|患者代码|号|样本|样本编号|个案|患者ID|患者id|病人ID"
)

_SHORT_CODE = re.compile(
    r"[A-Za-z\u4e00-\u9fff]{0,8} ?[-_ #.]? ?\d{1,5}(?:[-_/]\d{1,4})?|\d{1,5}\.0|[A-Z]|(?:GSM|[SED]RR|SAM[ND]|SAMEA)\d{3,9}"
)
_ODD_CODE = re.compile(r"[A-Za-z\u4e00-\u9fff]{0,8}[-_ #.]?\d{1,5}(?:[-_ ./(]+[A-Za-z0-9]{1,4}\)?|[A-Za-z]{1,4}|[*?!.])?")
"""A short code with something added: `P-003b`, `P-003*`, `P-003 (2)`."""
MANY_CODES, LONG_PREFIX = 3, 4
"""Fewest texts of a column of codes; so many letters in front of a number may be a person's name."""
MOSTLY_CODES = 0.8
"""A column holds codes if at least this share of its different texts, and no fewer than 4, are short codes."""
_CHINESE_ID = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_VALUES = (
    _CHINESE_ID,
    re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"),  # mobile phone, China
    re.compile(r"(?:\+\d{1,3}[- ]?)?\(?\d{2,4}\)?[- ]\d{3,4}[- ]?\d{3,4}"),  # phone
    re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),  # e-mail
    re.compile(r"\d{3}-\d{2}-\d{4}"),  # US social security number
    re.compile(r"(?:\d{1,3}\.){3}\d{1,3}"),  # IP address
    re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE),
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
)
_PERSON_NAME = re.compile(
    r"(?:Dr\.?|Mrs?\.?|Ms\.?)?\s?[A-Z][A-Za-z'’-]+,? (?:[A-Z]\.? )?[A-Z][A-Za-z'’-]+"
    r"|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤][\u4e00-\u9fff]{1,2}"
)


def identity(header: str, cells: Cells) -> Identity:
    """Classify a column by its header and its values.

    Parameters
    ----------
    header
        The column name, including a unit.
    cells
        The cells of the column.
    """
    if len(cells.levels) <= 2 and cells.n_known > 2 and is_yes_no(cells):
        return Identity.NOTHING  # "e-mail consent: yes" identifies no patient
    name = words_of(header)
    if _is_generic(name, header):
        return _of_generic(name, cells)
    if _MAYBE_CODES.fullmatch(name) and _are_codes(name, cells):
        return Identity.CODE
    if _named_person(name, header) and not _is_measured(header, cells):
        return Identity.PERSON
    return Identity.PERSON if _valued_person(cells) else Identity.NOTHING


def words_of(header: str) -> str:
    """Return a header as lower-case words: `PatientID`, `patient_id` and `Patient-ID` all become `patient id`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", without_unit(header))
    return " ".join(re.sub(r"[^\w#']+|_", " ", spaced).lower().split())


def is_generic(header: str) -> bool:
    """Whether a header says that the column tells patients apart, and no more: `patient`, `id`, `record number`."""
    return _is_generic(words_of(header), header)


def _is_generic(name: str, header: str) -> bool:
    return _GENERIC.fullmatch(name) is not None or _GENERIC_ZH.fullmatch(_without_blanks(header)) is not None


def _of_generic(name: str, cells: Cells) -> Identity:
    """Classify a column with a header such as `patient` or `id`: short codes, nearly unique longer texts, or no identifier."""
    unique = len(cells.levels) > 0.5 * cells.n_known
    measured = name.startswith(("column ", "unnamed")) and are_unordered_numbers(cells)
    n_codes = sum(_SHORT_CODE.fullmatch(text) is not None for text in cells.levels)
    codes = n_codes == len(cells.levels) or (n_codes >= max(4, MOSTLY_CODES * len(cells.levels)) and unique)
    if cells.levels and codes and not measured and not _names_with_numbers(cells.levels):
        letters = any(text.isalpha() for text in cells.levels)  # a few letters that come again are groups
        return Identity.CODE if unique or not (letters or _WEAKLY_GENERIC.fullmatch(name)) else Identity.NOTHING
    return Identity.PERSON if unique and not measured else Identity.NOTHING


def _are_codes(name: str, cells: Cells) -> bool:
    """Whether nearly all texts differ and are short codes; plain numbers, which may be measured, only where the header says code or number."""
    if len(cells.levels) < max(MANY_CODES, 0.8 * cells.n_known):
        return False
    numbered = len(cells.levels) == cells.n_known and _CODE_OR_NUMBER.search(name) is not None
    return all(_SHORT_CODE.fullmatch(text) and (numbered or not text.replace(".", "").isdecimal()) for text in cells.levels)


def is_row_number(header: str) -> bool:
    """Whether a header names a count of the rows rather than the patients: `no`, `index`, or none at all."""
    return _WEAKLY_GENERIC.fullmatch(words_of(header)) is not None


def shown_codes(levels: Sequence[str]) -> frozenset[str]:
    """Return the texts of a column of codes that may be shown: short codes, and those with something added to a prefix that others have too."""
    short = frozenset(text for text in levels if _SHORT_CODE.fullmatch(text))
    odd = [text for text in levels if text not in short and _ODD_CODE.fullmatch(text)]
    times = Counter(map(_prefix, levels if odd else ()))
    return short | {text for text in odd if times[_prefix(text)] > 1 or not _prefix(text)}


def _prefix(text: str) -> str:
    """The letters with which a code begins."""
    return text[: next((place for place, sign in enumerate(text) if not sign.isalpha()), len(text))].casefold()


def _names_with_numbers(levels: Sequence[str]) -> bool:
    """Whether most codes begin with a word of their own, which may be a person's name: `Schmidt1`, `Mueller2`."""
    long = {_prefix(text) for text in levels if text[:LONG_PREFIX].isalpha() and len(text) >= LONG_PREFIX}
    return len(long) > max(2, len(levels) / 2)


def _without_blanks(header: str) -> str:
    """The header without spaces, since Chinese printouts space out short headers (`姓 名`), and with simplified characters."""
    return simplified(re.sub(r"\s", "", header))


def _named_person(name: str, header: str) -> bool:
    if _NOT_A_PERSONS_NAME.search(name):
        return False
    return (
        _NAME_ALONE.fullmatch(name) is not None
        or _PERSON_EN.search(name) is not None
        or _PERSON_ZH.search(_without_blanks(header)) is not None
    )


def _is_measured(header: str, cells: Cells) -> bool:
    """Whether a numeric column is a measurement because its header has a unit or names a time between two events."""
    return bool(unit_in(header) or _TIME_BETWEEN.search(header)) and not numbers(cells).unreadable.any()


def _valued_person(cells: Cells) -> bool:
    """Whether the values look like phone numbers, names, long codes or other identifiers."""
    if cells.n_known < 3:
        return False
    if any(_mostly(pattern, cells.levels) for pattern in _VALUES):
        return len(cells.levels) > 0.5 * cells.n_known
    return cells.n_known >= 5 and len(cells.levels) >= 0.95 * cells.n_known and (are_long_codes(cells) or _names(cells))


def _names(cells: Cells) -> bool:
    return _mostly(_PERSON_NAME, cells.levels)


def _mostly(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Whether at least 80% of the texts match; checking the first 20 rejects most columns early."""
    if sum(pattern.fullmatch(text) is not None for text in texts[:20]) < 0.6 * len(texts[:20]):
        return False
    return sum(pattern.fullmatch(text) is not None for text in texts) >= 0.8 * len(texts)
