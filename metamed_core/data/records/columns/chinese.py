"""Traditional Chinese headers in the simplified characters of the patterns; only the characters that occur in such headers."""

from __future__ import annotations

_TRADITIONAL = "編號歷證護軍參檔診門醫檢驗標樣條碼電話聯絡機傳郵籤帳車駕執設備虹臉單險斷確療類別標結個體項屬稱間時齡測術區縣鄉鎮鄰紀錄記編員戶詳細內無於從應後與對學齒腫癥狀貧過敏記"
_SIMPLIFIED = "编号历证护军参档诊门医检验标样条码电话联络机传邮签账车驾执设备虹脸单险断确疗类别标结个体项属称间时龄测术区县乡镇邻纪录记编员户详细内无于从应后与对学齿肿症状贫过敏记"
_TABLE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplified(header: str) -> str:
    """Return a header with simplified characters: `診斷` -> `诊断`."""
    return header.translate(_TABLE)
