"""One script and one width, character by character: what is found can be cut out of the text as it was typed."""

import unicodedata

_TRADITIONAL = (
    "週點號個後這兩會黨費間時節禮農曆歷陰陽從開學習總結匯彙報組織單雙隻數遲順過無閏鐘鍾領終頭當準幾議內備註請煩幫記們"
    "繳為續連歲裡裏淩體業講課處閉傳約達長邊樓廳館動職顧環劃檢書國慶勞師兒軍婦來對說話給讓發啟運務團隊級勵戰爭產員聯繫"
    "與還沒別該題專項標誌願餘類臨協勢誡審訂導進場認識練"
)
_SIMPLIFIED = (
    "周点号个后这两会党费间时节礼农历历阴阳从开学习总结汇汇报组织单双只数迟顺过无闰钟钟领终头当准几议内备注请烦帮记们"
    "缴为续连岁里里凌体业讲课处闭传约达长边楼厅馆动职顾环划检书国庆劳师儿军妇来对说话给让发启运务团队级励战争产员联系"
    "与还没别该题专项标志愿余类临协势诫审订导进场认识练"
)
_SIGNS = {
    "〇": "零",
    "俩": "两",
    "仨": "三",
    "∶": ":",
    "。": ";",
    "～": "~",
    "〜": "~",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "﹣": "-",
}
_FOLDS = str.maketrans(dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)) | _SIGNS)
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "So", "Zs"}


def fold(text: str) -> str:
    """As long as the text. Blanks of every kind, emoji and what can't be seen become spaces."""
    return "".join(map(_folded, text)).translate(_FOLDS)


def _folded(char: str) -> str:
    if char in _SIGNS:
        return char
    if char.isspace() or unicodedata.category(char) in _UNSEEN:
        return " "
    narrow = unicodedata.normalize("NFKC", char).lower()
    return narrow if len(narrow) == 1 else char
