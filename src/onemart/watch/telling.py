"""What a watch says."""

import time
from collections import Counter

from onemart.build import Built
from onemart.console import say
from onemart.watch.hour import Hour

__all__ = ["tell_hour", "tell_night"]


def tell_hour(hour: Hour, arrived: float) -> None:
    """Say what came in, how long it took from the first file to the marts, and what went wrong."""
    seconds = time.time() - arrived
    files = Counter(outcome.status for outcome in hour.outcomes)
    came = ", ".join(f"{count} {status}" for status, count in files.items()) or "no files"
    accepted = sum(outcome.accepted for outcome in hour.outcomes)
    steps = ", ".join(f"{step} {spent:.1f}" for step, spent in hour.seconds.items())
    say(
        f"{came}, {accepted:,} lines accepted; {len(hour.built)} models, {hour.tested} tests:"
        f" {seconds:.1f} seconds from file to mart ({steps}).",
        "hour" if hour.is_sound else "trouble",
        "green" if hour.is_sound else "red",
    )
    for problem in hour.to_do:
        say(problem, "to do", "red")
    for model, why in hour.failed.items():
        say(f"{model}: {why}. Built again with the next delivery.", "failed", "red")
    for test, count in hour.broken:
        label, style = ("warning", "yellow") if test.is_warning else ("failed", "red")
        say(f"{test.name}: {count:,} rows of {test.model} break it.", label, style)
    if hour.left:
        say(f"{', '.join(hour.left)}: left to the nightly build.", "later", "dim")


def tell_night(built: Built) -> None:
    """Say what the build of everything came to."""
    for problem in built.problems:
        say(problem, "failed", "red")
    outcome = "done" if built.success else "failed; dbt's log is logs/dbt.log"
    say(
        f"Nightly build {outcome}: {built.tests_passed:,} tests passed,"
        f" {built.seconds:.0f} seconds.",
        "night",
        "green" if built.success else "red",
    )
