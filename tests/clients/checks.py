"""What the Python clients share: where the endpoint is, and checks that say what they hold."""

import os
import sys
import traceback

ENDPOINT = os.environ["SIGNALBOX_ENDPOINT"]
TOKEN = os.environ["SIGNALBOX_TOKEN"]
# The model that answers plainly: the simulated one, or a real one.
MODEL = os.environ.get("SIGNALBOX_MODEL", "plain")
REAL = "SIGNALBOX_MODEL" in os.environ

_CHECKS = []


def check(*, real=True):
    """Marks a function as a check. `real` says whether a real model can be asked for it too."""

    def mark(function):
        if real or not REAL:
            _CHECKS.append(function)
        return function

    return mark


def run():
    """Runs every check, says how each ended, and fails when one did."""
    failed = 0
    for function in _CHECKS:
        try:
            function()
            print(f"ok {function.__name__}", flush=True)
        except BaseException:
            failed += 1
            print(f"FAILED {function.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(_CHECKS) - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


def raises(kind, action):
    """The error of exactly this class that an action ends with."""
    try:
        result = action()
    except Exception as error:
        assert type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}: {error}"
        return error
    raise AssertionError(f"no {kind.__name__}, but {result!r}")
