"""What leaders are told when something did not go as promised. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.reminder_texts import safe
from scheduler.words import day_in_words

_REASONS = {
    "kicked": "我被移出了这个群",
    "left": "我不在这个群里了",
    "deleted": "这个群解散了",
    "not_found": "找不到这个群了",
    "no_rights": "我在这个群里没有发言的权限",
    "topic": "原来的话题关了或删了",
    "timed_out": "发了几次都没等到回音，可能发到了，也可能没有",
    "bug": "程序出了错，管理员看日志能知道原因",
}
_WAYS_BACK = {
    "no_rights": "给我恢复发言权限就会接着提醒。",
    "deleted": "要接着提醒，把我加进新的群再 /setup。",
    "not_found": "要接着提醒，把我加进新的群再 /setup。",
}
_TAKE_OVER = "请现在的组长发 /reminders，点开每条提醒的“修改”再点“确认”，汇总就发给他。"
_ADD_AGAIN = "重新把我加进群，原来的提醒会接着走。"


def notice(payload: Mapping[str, Any], title: str, zone: str) -> str:
    """title: of the group concerned."""
    group = f"<b>{safe(title or '你的群')}</b>"
    match payload["about"]:
        case "expired":
            lines = [f"{group}：我停得太久，有 {payload['count']} 条提醒过了时候，没有再发："]
            lines += [_missed(item, zone) for item in payload["items"]]
            return "\n".join([*lines, "需要的话，到群里 /reminders → 立即发送。"])
        case "failed":
            item = payload["items"][0]
            why = reason(payload["reason"])
            return f"{group}：这条提醒没发成（{why}）：\n{_missed(item, zone)}"
        case "unsent":
            what = "会前清单" if payload["purpose"] == "checklist" else "回复汇总"
            title, why = safe(payload["items"][0]["title"]), reason(payload["reason"])
            return f"{group}：“{title}”的{what}没能发给你（{why}），请管理员看看日志。"
        case "gone":
            way = _WAYS_BACK.get(payload["reason"], _ADD_AGAIN)
            return f"{group}：{reason(payload['reason'])}，提醒先停了。{way}"
        case "topic":
            return (
                f"{group}：设提醒时的话题关了或删了，提醒先发到群的主话题。要换地方，到想要的话题里 /reminders → 修改。"
            )
        case "write_first":
            number = payload["leader_id"]  # 0: not to be shown
            leader = f'<a href="tg://user?id={number}">组长</a>' if number else "设提醒的管理员"
            return f"{leader}，点我的头像发一句“开始”，我才能把回复汇总私下发给你（Telegram 不许机器人先开口）。"
        case "leader_lost":
            return f"设提醒的人账号已经注销，回复汇总没处发了。{_TAKE_OVER}"
        case "leader_left":
            return f"设提醒的人退群了，回复汇总没处发了。{_TAKE_OVER}"
        case _:
            raise ValueError(f"no words for {payload['about']}")


def reason(name: str) -> str:
    return _REASONS.get(name, "Telegram 没有收下这条消息")


def _missed(item: Mapping[str, str], zone: str) -> str:
    due = datetime.fromisoformat(item["due_at"]).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return f"· {safe(item['title'])}（本该 {day_in_words(due)} 提醒）"
