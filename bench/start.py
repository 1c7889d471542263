"""Start to first answer, and memory of a loaded process, against a Python that only starts."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 5
_MEMORY = """
from pathlib import Path
from knowledge import KnowledgeBase
base = KnowledgeBase(Path("knowledge"), Path(".cache"))
base.ask("党小组长的职责有哪些")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))
"""


def measured() -> Iterator[str]:
    ask = [sys.executable, "bot.py", "ask", "--json"]
    yield f"启动到第一个答案（缓存已有，{RUNS} 次取中位）: {_seconds(ask):.2f} s"
    yield f"  基线，只启动 Python: {_seconds([sys.executable, '-c', '']):.2f} s"
    done = subprocess.run([sys.executable, "-c", _MEMORY], cwd=ROOT, capture_output=True, text=True, check=True)
    yield f"答过一题后的内存: {int(done.stdout) / 1024:.0f} MB"


def _seconds(command: list[str]) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(command, cwd=ROOT, input="预备党员能当吗\n", capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
