"""How a process that serves ends. Each in a process of its own: signals are the whole process's."""

import signal
import subprocess
import sys
import textwrap

import pytest

WITHIN = 20  # seconds; a process that does not hear never ends


def ends(program: str) -> int:
    """The exit code of a program that may use `stop` and `ask`."""
    opening = """
        import os, signal, sys
        from bot import stopping
        stop = stopping.on_signal()
        def ask(number=signal.SIGTERM):
            os.kill(os.getpid(), number)
    """
    source = textwrap.dedent(opening) + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", source], timeout=WITHIN, check=False).returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_hears_that_it_is_to_end(number: signal.Signals) -> None:
    assert ends(f"ask({int(number)}); sys.exit(0 if stop.wait(10) else 3)") == 0


def test_it_hears_in_the_very_moment_it_goes_to_wait() -> None:
    """Then the main thread holds the event's lock; it did not end for ever after."""
    assert ends("with stop._cond: ask()\nsys.exit(0 if stop.wait(10) else 3)") == 0


def test_asking_twice_is_asking_once() -> None:
    assert ends("ask(); ask(); sys.exit(0 if stop.wait(10) else 3)") == 0


def test_nobody_asked_for_nothing() -> None:
    assert ends("sys.exit(3 if stop.wait(0.2) else 0)") == 0
