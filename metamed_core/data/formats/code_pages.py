"""Tells the code pages of text that is not UTF-8 apart, by the letters and words that each would give.

A page is scored by the words with letters beyond ASCII: letters that are frequent in its languages speak for it; signs inside words,
capitals after small letters and rare characters speak against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from metamed_core.words import Words


@dataclass(frozen=True)
class CodePage:
    """A character encoding of text files.

    Parameters
    ----------
    codec
        Its name in Python.
    title
        Its name for the user.
    letter
        Score of one character beyond ASCII: 1 for a frequent letter, less for a rare one, below 0 for what words do not hold.
    words
        Words of medical tables in lower case, in the languages of the page.
    prior
        Added to the score: how usual the page is.
    """

    codec: str
    title: Words
    letter: Callable[[str], float]
    words: frozenset[str]
    prior: float = 0.0


def _alphabet(frequent: str, rare: str = "") -> Callable[[str], float]:
    both = frozenset(frequent + frequent.upper()), frozenset(rare + rare.upper())
    return lambda letter: 1.0 if letter in both[0] else 0.4 if letter in both[1] else 0.6 if letter in "µ°±²³" else -1.5


def _characters(codec: str, first: int, last: int, extra: str, extra_score: float = 1.0) -> Callable[[str], float]:
    """Score of Chinese characters: 1 for those of the first plane of a standard, which it lists by frequency."""

    @cache
    def letter(character: str) -> float:
        if re.fullmatch(extra, character):
            return extra_score
        if "\u3000" <= character <= "\u3011" or "\uff01" <= character <= "\uff5e" or character in "µ°±²³×℃α-ω":
            return 0.5
        try:
            raw = character.encode(codec)
        except UnicodeEncodeError:
            return -1.0
        if len(raw) > 1 and first <= raw[0] <= last:
            return 1.0
        return -0.7

    return letter


def _simplified() -> Callable[[str], float]:
    """Score of Chinese characters in GB18030: it holds the traditional ones too."""
    usual, traditional = _characters("gb2312", 0xB0, 0xD7, "(?!)"), _characters("big5", 0xA4, 0xC6, "(?!)")

    @cache
    def letter(character: str) -> float:
        return max(usual(character), 0.8 * traditional(character))

    return letter


_WESTERN = frozenset(
    "größe geschlecht müdigkeit übelkeit körpergröße männlich fieber ödem schmerzen für âge sexe fièvre hémoglobine décédé année "
    "fatigué oedème résultat prénom présent nº años edad género sí niño diagnóstico fiebre peso médico não idade sintomas diagnóstico "
    "età sesso febbre sì kön ålder kvinna alder køn mænd feber ja nein kjønn weiß bläschen entzündung anämie".split()
)
_CENTRAL = frozenset(
    "věk pohlaví horečka diagnóza výška muž žena léčba příznaky bolest teplota těžká lehká vek muž žena pohlavie horúčka liečba wiek płeć "
    "gorączka rozpoznanie mężczyzna kobieta ból waga wysokość kor nem férfi nő láz lázas diagnózis életkor magasság súly spol dob vročina "
    "vrućica bol visina težina dijagnoza starost vârstă febră hemoglobină greutate".split()
)
_RUSSIAN = frozenset(
    "возраст пол пациент диагноз гемоглобин да нет лихорадка температура вес рост муж жен боль вік стать діагноз пацієнт так ні здоров".split()
)
_SIMPLIFIED = frozenset("诊断 年龄 性别 患者 编号 血红蛋白 白细胞 血小板 发热 发烧 男 女 有 无 是 否 疾病 体重 身高 血压 肿瘤 贫血".split())
_TRADITIONAL = frozenset(
    "診斷 年齡 性別 患者 編號 病患 血紅蛋白 血紅素 白血球 血小板 發燒 發熱 男 女 有 無 是 否 疾病 體重 身高 血壓 腫瘤 貧血".split()
)
_JAPANESE = frozenset("診断 年齢 性別 患者 番号 発熱 血圧 体重 身長 男 女 男性 女性 有 無 あり なし はい いいえ 病名 貧血 白血球".split())
_KOREAN = frozenset("진단 나이 연령 성별 환자 번호 발열 혈압 체중 키 남 여 남성 여성 있음 없음 예 아니오 병명 빈혈 혈색소 정상".split())
_GREEK = frozenset("ηλικία φύλο ασθενής διάγνωση πυρετός ναι όχι αιμοσφαιρίνη βάρος ύψος άνδρας γυναίκα".split())
_HEBREW = frozenset("גיל מין אבחנה חום כן לא מטופל חולה זכר נקבה".split())
_ARABIC = frozenset("العمر الجنس التشخيص نعم لا حمى مريض المريض ذكر أنثى".split())
_THAI = frozenset("อายุ เพศ ใช่ ไม่ ชาย หญิง ไข้".split())
_TURKISH = frozenset("yaş cinsiyet tanı ateş hasta kadın erkek evet hayır ağırlık boy kilo ağrı var yok".split())

PAGES = (
    CodePage("gb18030", Words("Simplified Chinese", "简体中文"), _simplified(), _SIMPLIFIED, 0.1),
    CodePage("big5hkscs", Words("Traditional Chinese", "繁体中文"), _characters("big5", 0xA4, 0xC6, "(?!)"), _TRADITIONAL),
    CodePage("cp932", Words("Japanese", "日文"), _characters("cp932", 0x88, 0x97, "[\u3041-\u30fe]"), _JAPANESE),
    CodePage("euc_jp", Words("Japanese (EUC)", "日文（EUC）"), _characters("euc_jp", 0xB0, 0xCF, "[\u3041-\u30fe]"), _JAPANESE, -0.1),
    CodePage("cp949", Words("Korean", "韩文"), _characters("cp949", 0, 0, "[\uac00-\ud7a3]", 1.1), _KOREAN),
    CodePage("cp1252", Words("Western European", "西欧语言"), _alphabet("äöüßéèàçêâîôûëùñåøæãõíóúá", "ïœýòìÿþðšž"), _WESTERN, 0.15),
    CodePage("cp1250", Words("Central European", "中欧语言"), _alphabet("áčďéěíňóřšťúůýžąćęłńśźżöüőűäăâîđ", "ôßëçľĺŕşţ"), _CENTRAL),
    CodePage(
        "iso8859_2",
        Words("Central European (ISO)", "中欧语言（ISO）"),
        _alphabet("áčďéěíňóřšťúůýžąćęłńśźżöüőűäăâîđ", "ôßëçľĺŕşţ"),
        _CENTRAL,
        -0.15,
    ),
    CodePage("cp1254", Words("Turkish", "土耳其文"), _alphabet("çğıİöşü", "âîûéèàäñß"), _TURKISH, -0.1),
    CodePage("cp1251", Words("Cyrillic", "西里尔字母"), _alphabet("оеаинтсрвлкмдпуяыьгзбчйх", "жшюцщэфъёіїєґўјљњћђџѕ№"), _RUSSIAN),
    CodePage("koi8_r", Words("Cyrillic (KOI8)", "西里尔字母（KOI8）"), _alphabet("оеаинтсрвлкмдпуяыьгзбчйх", "жшюцщэфъё"), _RUSSIAN, -0.1),
    CodePage("cp866", Words("Cyrillic (DOS)", "西里尔字母（DOS）"), _alphabet("оеаинтсрвлкмдпуяыьгзбчйх", "жшюцщэфъё"), _RUSSIAN, -0.1),
    CodePage("cp1253", Words("Greek", "希腊文"), _alphabet("αοιετσνηυρπκμλςάίόήέύώδγθω", "χφβξζψϊϋ"), _GREEK),
    CodePage("cp1255", Words("Hebrew", "希伯来文"), _alphabet("אבגדהוזחטיכלמנסעפצקרשתםןץףך"), _HEBREW, -0.05),
    CodePage("cp1256", Words("Arabic", "阿拉伯文"), _alphabet("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤ"), _ARABIC, -0.05),
    CodePage("cp874", Words("Thai", "泰文"), _alphabet("".join(map(chr, range(0x0E01, 0x0E4F)))), _THAI, -0.1),
    CodePage("cp850", Words("Western European (DOS)", "西欧语言（DOS）"), _alphabet("äöüßéèàçêâîôûëùñåøæãõíóúá", "ï"), _WESTERN, -0.2),
    CodePage(
        "mac_roman",
        Words("Western European (Macintosh)", "西欧语言（Macintosh）"),
        _alphabet("äöüßéèàçêâîôûëùñåøæãõíóúá", "ï"),
        _WESTERN,
        -0.2,
    ),
)
_BETWEEN = re.compile(rb"[\t\r\n;,|\"]+")
_TOKEN = re.compile(r"[^\W\d_]+")
_CASED = re.compile(r"[a-zß-öø-ÿ\u0101-\u0233а-яё\u03ac-\u03ce][A-ZÀ-ÖØ-ÞА-ЯЁ\u0391-\u03a9]")


def ranked(data: bytes) -> list[tuple[CodePage, float, bool]]:
    """Return the code pages that can be read, the most probable first: page, score, and whether a word of its languages occurs."""
    cells = [cell[:300] for cell in dict.fromkeys(_BETWEEN.split(data[:400_000])) if not cell.isascii()][:3000]
    asides = set(re.findall(rb"[a-z]+", data[:50_000].lower()))
    found = [(page, *_score(page, cells, asides)) for page in PAGES if _decodes(data, page.codec)]
    return sorted(found, key=lambda one: -one[1])


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _score(page: CodePage, cells: list[bytes], asides: set[bytes]) -> tuple[float, bool]:
    total, n_bytes = 0.0, 0
    hits, asides_hit = 0, sum(word.encode() in asides for word in page.words if word.isascii())
    for raw in cells:
        # A separator of ours may be the second byte of a Chinese character: what cannot be read by itself is left aside.
        try:
            text = raw.decode(page.codec)
        except UnicodeDecodeError:
            total, n_bytes = total - 1.0, n_bytes + 1
            continue
        high = sum(byte > 0x7F for byte in raw)
        total += _worth(text, page) * high
        n_bytes += high
        hits += sum(1 for word in _TOKEN.findall(text.lower()) if word in page.words and not word.isascii())
    return (total / n_bytes if n_bytes else 0.0) + page.prior + min(0.6, 0.2 * (hits + asides_hit)), hits > 0


_WIDE = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"})
_LATIN = frozenset({"cp1252", "cp1250", "iso8859_2", "cp1254", "cp850", "mac_roman"})


def _worth(text: str, page: CodePage) -> float:
    """Mean score of the characters beyond ASCII in one cell."""
    scores = [
        _in_place(letter, text[max(0, at - 1) : at] + text[at + 1 : at + 2], page) for at, letter in enumerate(text) if not letter.isascii()
    ]
    mean = sum(scores) / max(len(scores), 1)
    if page.codec not in _WIDE and _CASED.search(text):
        mean -= 0.8
    return mean - (0.8 if page.codec in _LATIN and re.search(r"[^\x00-\x7f]{3}", text) else 0.0)


def _in_place(letter: str, around: str, page: CodePage) -> float:
    """Score of a character beyond ASCII with its neighbors."""
    score = page.letter(letter)
    if page.codec in _WIDE:
        alone = around.isascii() and re.search("[a-z]", around)
        return -1.5 if alone else score  # a single Chinese character beside a Latin word
    if not letter.isalpha():
        return -1.5 if len(around) == 2 and around.isalpha() else score
    if letter != "µ" and any(map(str.isdigit, around)):
        return min(score, -0.5)
    return -1.0 if page.codec not in _LATIN and re.search("[a-z]", around) else score
