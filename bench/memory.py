"""What a process takes of the machine's memory, in MB, as Linux counts it."""

from pathlib import Path


def resident() -> float:
    """Of this process, now."""
    return _megabytes("VmRSS")


def peak() -> float:
    """Of this process, the most it ever took."""
    return _megabytes("VmHWM")


def _megabytes(name: str) -> float:
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith(name))) / 1024
