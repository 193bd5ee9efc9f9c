"""Code pages of text files are told apart by the letters that they give; what stays doubtful is told, with the other readings."""

from __future__ import annotations

import pytest

from metamed_core.data import open_upload
from metamed_core.data.formats import read_file

LANGUAGES = {
    "Japanese": ("受診番号 年齢 体重 咳 診断", "あり なし", "ぜんそく 肺炎", "cp932 euc_jp"),
    "Korean": ("번호 연령 체중 기침 진단", "있음 없음", "천식 폐렴", "cp949"),
    "Traditional Chinese": ("病歷號 年齡 體重 咳嗽 診斷", "有 無", "氣喘 肺炎", "big5 gb18030"),
    "Simplified Chinese": ("代码 年龄 体重 咳嗽 诊断", "有 无", "哮喘 肺炎", "gb18030"),
    "Polish": ("Kod Wiek Waga Kaszel Choroba", "tak nie", "zapalenie_płuc świszczący_oddech", "cp1250 iso8859_2"),
    "Hungarian": ("Kód Életkor Súly Köhögés Betegség", "igen nem", "tüdőgyulladás hörghurut", "cp1250"),
    "Romanian": ("Cod Vârstă Greutate Tuse Diagnostic", "da nu", "pneumonie astm_bronșic".replace("ș", "ş"), "cp1250"),
    "Russian": ("Код Возраст Масса Кашель Болезнь", "да нет", "пневмония астма", "cp1251 koi8_r cp866"),
    "Ukrainian": ("Код Вік Вага Кашель Хвороба", "так ні", "пневмонія астма", "cp1251"),
    "Greek": ("Κωδικός Ηλικία Βάρος Βήχας Διάγνωση", "ναι όχι", "πνευμονία άσθμα", "cp1253"),
    "Turkish": ("Kod Yaş Kilo Öksürük Tanı", "var yok", "zatürre astım", "cp1254"),
    "French": ("Code Âge Poids Toux Maladie", "oui non", "pneumonie asthme_sévère", "cp1252 mac_roman cp850"),
    "German": ("Kürzel Alter Größe Husten Diagnose", "ja nein", "Lungenentzündung Bläschen", "cp1252"),
    "Spanish": ("Código Años Peso Tos Enfermedad", "sí no", "neumonía asma", "cp1252"),
    "Hebrew": ("קוד גיל משקל שיעול אבחנה", "כן לא", "דלקת_ריאות קצרת", "cp1255"),
    "Arabic": ("رمز العمر الوزن سعال التشخيص", "نعم لا", "التهاب_رئوي ربو", "cp1256"),
    "Thai": ("รหัส อายุ น้ำหนัก ไอ โรค", "ใช่ ไม่", "ปอดบวม หอบหืด", "cp874"),
}
CASES = [(language, codec) for language, (*_, codecs) in LANGUAGES.items() for codec in codecs.split()]


def table(language: str) -> tuple[list[str], str]:
    names, answers, diseases, _ = (part.split() for part in LANGUAGES[language])
    rows = [f"K{n};{30 + n};{60 + n};{answers[n % 2]};{diseases[n % 2] if n < 7 else ''}" for n in range(9)]
    return names, "\n".join([";".join(names), *rows]).replace("_", " ")


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_letters_are_read_in_the_code_page_of_their_language(language: str, codec: str) -> None:
    names, text = table(language)
    found, reading = read_file("x.csv", text.encode(codec))
    assert list(found.columns) == names
    if codec not in {"gb18030", "cp1252"}:
        assert reading.notes[0].kind == "encoding"
        assert len(reading.notes[0].choices) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_told_of_utf8(language: str) -> None:
    names, text = table(language)
    found, reading = read_file("x.csv", text.encode())
    assert (list(found.columns), reading.notes) == (names, ())


@pytest.mark.parametrize(
    "text", ["creatinine (µmol/L),temp (°C),dx\n80,37,a\n90,38,b\n", "Größe,dx\n170,a\n180,b\n", "name,dx\nMüller,a\nGärtner,b\n"]
)
def test_a_few_western_letters_are_no_doubt(text: str) -> None:
    found, reading = read_file("x.csv", text.encode("cp1252"))
    assert ",".join(found.columns) == text.split("\n", 1)[0]
    assert reading.notes == ()


def test_another_page_can_be_chosen() -> None:
    data = "age,dx\n40,통풍\n50,폐렴\n60,통풍\n70,폐렴\n".encode("cp949")
    _, records = open_upload("x.csv", data)
    (doubt,) = [finding for finding in records.findings if finding.kind == "encoding"]
    assert doubt.message.en.endswith("if words look garbled, choose another encoding, or save the file as UTF-8.")
    korean = next(choice for choice in doubt.choices if choice.title.en == "Korean (cp949): 통풍")
    assert korean.options is not None
    _, again = open_upload("x.csv", data, options=korean.options)
    assert again.counts == {"통풍": 2, "폐렴": 2}
    assert [finding for finding in again.findings if finding.kind == "encoding"] == []


@pytest.mark.parametrize(
    "data",
    [
        "Größe,dx\n170,a\n180,b\n".encode().decode("cp1252").encode(),  # encoded twice
        "Gr\ufffd\ufffde,dx\n170,a\n180,b\n".encode(),  # lost before
        b"Gr??e,dx\n170,a\n180,b\n",
        "größe,müde,dx\n170,ä,a\n".encode() + "180,ü,b\n".encode("cp1252"),  # two files joined
    ],
)
def test_letters_that_look_broken_are_told_with_their_line(data: bytes) -> None:
    _, reading = read_file("x.csv", data)
    assert [note.kind for note in reading.notes] == ["letters"]
    assert "look garbled (line " in reading.notes[0].message.en
