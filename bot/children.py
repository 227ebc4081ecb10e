"""Processes we start ourselves: each in a session of its own, and gone when we are."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1

Process = subprocess.Popen[bytes]


def start(
    command: Sequence[str],
    environment: dict[str, str] | None = None,
    *,
    output: int | None = None,
    folder: Path | None = None,
) -> Process:
    """Start a child; its output goes where ours goes, or into a pipe (`output` as for Popen).

    In a session of its own, so that Ctrl-C in the terminal reaches only us and we stop the children in order. On Linux
    the kernel stops it when we are gone, kill -9 included. Call it from the main thread, before there are others.
    """
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads yet
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(processes: Sequence[Process], within: float) -> None:
    """Ask them all to end (SIGTERM) and wait; kill whatever is left after that many seconds."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
