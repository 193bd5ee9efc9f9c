"""The upload check and identifiers: columns that could tell who a patient is are found by header and by cell, measurements are not."""

from __future__ import annotations

import pandas as pd
import pytest

from metamed_core.data.records import PatientRecords
from metamed_core.data.records.columns.identifiers import Identity, identity
from metamed_core.data.records.columns.values import Cells
from tests.helpers.clean_tables import table_of

IDENTIFYING = (
    "name|Patient Name|patientName|first_name|Surname|LastName|family name|initials|Full Name|mother's name|next of kin|street|Home Address|"
    "ZIP|zip_code|Postcode|city|DOB|date of birth|BirthDate|birthday|admission date|Date_of_Discharge|date of death|VisitDate|phone|"
    "Tel.|mobile no|Fax number|E-mail|email address|SSN|Social Security Number|NHS No|passport|MRN|medical record number|Hospital No|"
    "chart_no|Account Number|policy no.|Health plan beneficiary number|Medicare ID|driver's license|certificate number|license plate|VIN|"
    "Device ID|serial number|URL|IP address|MAC|fingerprint|photo|encounter id|specimen_id|bed no|insurance number|accession number|"
    "姓名|患者姓名|病人姓名|联系人|身份证号|身份证号码|证件号码|病历号|病案号|住院号|门诊号|就诊卡号|床号|联系电话|手机号|电子邮箱|微信号|家庭住址|"
    "户籍地址|邮政编码|出生日期|出生年月|入院日期|出院日期|手术日期|医保卡号|社保号|银行卡号|车牌号|设备序列号|患者ID号|标本编号|工作单位|人脸照片"
).split("|")
"""Headers of columns that could tell who a patient is: HIPAA Safe Harbor's 18 kinds and their Chinese counterparts."""


HARMLESS = (
    "name of drug|drug_name|gene name|birth weight|出生体重|住院天数|cell size|cell volume|number of pregnancies|telangiectasia|image texture|"
    "plate-like lesions|platelets|unit|city block distance|insurance type|contact with animals|mobile mass|facial nerve|photophobia|IgA|"
    "recorded fever|case fatality|datedness|zipper sign|mandate|candidate|email consent|phone reminder|accountability|bedridden|"
    "hospital|ward type|device implanted|family history|serial sevens|vehicle accident|address book sign|姓|名|手机依赖|床旁试验|地址症|电话随访|"
    "病程|入院体重|出院评分|条带|年龄|性别|血型"
).split("|")


def _values(header: str, n: int = 12) -> Cells:
    """Values that give nothing away: the header alone must do."""
    return Cells(pd.Series([f"{header[:1]}{'abcdefghijkl'[row]}?" for row in range(n)], dtype=object))


def test_identifying_headers_are_known() -> None:
    missed = [header for header in IDENTIFYING if identity(header, _values(header)) is not Identity.PERSON]
    assert len(IDENTIFYING) >= 60
    assert len(missed) <= 0.05 * len(IDENTIFYING), missed


@pytest.mark.parametrize(
    ("header", "shape"),
    [
        ("code", "HX{n:06d}"),
        ("remark", "1381234{n:04d}"),
        ("x1", "11010119{n:02d}03071234".replace("{n:02d}", "{y}")),
        ("info", "a{n}@example.org"),
        ("ref", "123-45-{n:04d}"),
        ("host", "192.168.0.{n}"),
        ("link", "https://example.org/{n}"),
        ("key 2", "{n:08x}-0000-0000-0000-000000000000"),
        ("kennung", "2023{n:08d}"),
        ("who", "Anna Meier{s}"),
    ],
)
def test_identifying_values_are_known_under_any_header(header: str, shape: str) -> None:
    texts = [shape.format(n=row, y=60 + row, s="abcdefghijkl"[row]) for row in range(12)]
    assert identity(header, Cells(pd.Series(texts, dtype=object))) is Identity.PERSON


def test_short_codes_are_for_display_only() -> None:
    codes = Cells(pd.Series([f"P-{row:03d}" for row in range(12)], dtype=object))
    assert all(identity(header, codes) is Identity.CODE for header in ("patient", "Patient ID", "id", "case", "编号", "患者", "subject_id"))
    long = Cells(pd.Series([f"{row + 10**9}" for row in range(12)], dtype=object))
    assert all(identity(header, long) is Identity.PERSON for header in ("patient", "Patient ID", "id", "患者编号"))


def test_harmless_headers_are_left_alone() -> None:
    numbers = Cells(pd.Series([f"{row}.5" for row in range(12)], dtype=object))
    alarms = [header for header in HARMLESS if identity(header, numbers) is not Identity.NOTHING]
    assert len(alarms) <= 0.05 * len(HARMLESS), alarms


@pytest.mark.parametrize(
    "header",
    "Hosp No|HospNo|Medical Rec No|Reg No|OP No|IP No|UHID|CR No|URN|PINCODE|影像号|病理号|device serial|ZIP5|SSN_last4|姓 名|病 历 号|Pat. Name|Name (Last, First)|YOB".split(
        "|"
    ),
)
def test_numbers_and_names_under_hospital_headers_are_identifiers(header: str) -> None:
    assert identity(header, Cells(pd.Series([f"{481200 + 37 * row}" for row in range(12)], dtype=object))) is Identity.PERSON


@pytest.mark.parametrize(
    "header",
    [
        "PT",
        "PT (s)",
        "发病至就诊时间",
        "采样时间（小时）",
        "days since date of onset",
        "age at date of surgery",
        "UDI-6",
        "农村",
        "Column 3",
        "No",
        "Number",
    ],
)
def test_measurements_are_no_identifiers(header: str) -> None:
    assert identity(header, Cells(pd.Series([f"{row % 5}" for row in range(15)], dtype=object))) is Identity.NOTHING


@pytest.mark.parametrize(
    "texts",
    [
        ["SMITH, JOHN", "DOE, JANE", "BROWN, ANNE", "O'NEIL, PAT", "GREEN, MARY"],
        ["03/14/52", "02/28/61", "12/01/47", "01/09/77", "06/21/80"],
        ["12-Mar-47", "1-Feb-52", "3-Jan-61", "9-Jun-70", "30-Dec-77"],
        ["March 14, 1952", "May 2, 1961", "June 3, 1947", "July 9, 1977", "Dec. 1, 1980"],
        ["1952年3月", "1961年2月", "1947年12月", "1977年1月", "1980年6月"],
    ],
)
def test_names_and_dates_are_found_in_the_cells(texts: list[str]) -> None:
    records = PatientRecords.from_table(table_of(remark=texts, x=list("12345"), dx=list("abaab")))
    assert ("identifier", "remark") in {(one.kind, one.column) for one in records.findings}
