"""How much memory this process held at most since it was last asked."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
# Resets the peak that the kernel keeps (proc(5), clear_refs).
_RESET_PEAK = "5"


def reset_peak() -> None:
    """Begin anew; where the platform does not allow it, the next peak is the process's own."""
    with suppress(OSError):
        _CLEAR.write_text(_RESET_PEAK)


def peak_mib() -> float | None:
    """Resident memory at its highest since the reset, in MiB; None where the platform does not tell."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return None
