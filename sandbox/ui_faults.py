"""The journal and planned trouble for programs that test the bot from another process."""

from dataclasses import asdict

from sandbox.asked import Asked
from sandbox.errors import ApiError, SandboxError, too_many_requests
from sandbox.faults import AnswerLate, AnswerLost, ConnectionReset, Refused, Target, Trouble
from sandbox.ui import LocalHandler
from sandbox.ui_page import Action, Page


class JournalHandler(LocalHandler):
    """`skip`: so many of the oldest entries that are still kept are left out."""

    async def get(self) -> None:
        skip = self.get_query_argument("skip", "0")
        if not skip.isdecimal():
            self.refuse(SandboxError("skip 应当是一个不小于 0 的整数"))
            return
        journal = self.page.journal
        entries = [asdict(entry) for entry in list(journal)[int(skip) :]]
        self.reply({"forgotten": journal.forgotten, "entries": entries})


def plan_fault(page: Page, asked: Asked) -> object:
    """{"kind", …}: times (1 if not said), method and chat_id narrow it down, for every kind but clear."""
    faults, kind = page.world.faults, asked.text("kind")
    target = Target(asked.text("method", ""), asked.maybe_integer("chat_id"))
    match kind:
        case "clear":
            faults.clear()
        case "storm":
            faults.storm(asked.seconds("seconds"), retry_after=asked.integer("retry_after"), target=target)
        case _:
            times = asked.maybe_integer("times")
            faults.plan(_trouble(kind, asked), times=1 if times is None else times, target=target)
    return {}


def _trouble(kind: str, asked: Asked) -> Trouble:
    match kind:
        case "flood":
            return Refused(too_many_requests(asked.integer("retry_after")))
        case "error":
            return Refused(ApiError(asked.integer("code"), asked.text("description")))
        case "lose":
            return AnswerLost()
        case "slow":
            return AnswerLate(asked.seconds("seconds"))
        case "reset":
            return ConnectionReset()
        case other:
            raise SandboxError(f"没有这种故障：{other}（有 flood、error、lose、slow、reset、storm、clear）")


FAULTS: dict[str, Action] = {"/ui/fault": plan_fault}
