"""Faults of delivery, planted for the gate to find: each on another of the window's daily or hourly files.

What is broken comes again as its vendor sent it, as the file's second version, so that the shop ends as it would without faults.
The plan and truth `faults` say what was planted, and how the gate has to end it.
"""

import shutil
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from zlib import crc32

from onemart.disk import explain_disk
from onemart.simulate.engine import Story
from onemart.warehouse.duckdb_dialect import literal

__all__ = ["Fault", "deliver_late", "plant_faults"]

_EVERY = 40
# The gate's share of bad lines, above which a whole file is rejected.
_MOST_BAD = 0.05


@dataclass(frozen=True)
class Fault:
    """A fault that was planted.

    Attributes
    ----------
    file_name : str
        The file that is not as it should be.
    feed : str
        `<source>.<feed>`.
    kind : str
        broken rows, wrong header, truncated file, duplicate file or late file.
    line_count : int
        Lines that are broken; 0 where it is not lines that are.
    ends : str
        How the gate has to end the file: accepted, rejected or skipped.
    """

    file_name: str
    feed: str
    kind: str
    line_count: int
    ends: str


def plant_faults(story: Story) -> list[Fault]:
    """Plant a fault of each kind among the files of this window, as far as there are files for it.

    Parameters
    ----------
    story : Story
        A window that is told, whose files nobody has taken yet.
    """
    sound = [file for file in sorted(story.written) if "_to_" not in file.name]
    held = story.folder / "held"
    acts: dict[str, tuple[tuple[str, ...], Callable[[Path], tuple[int, str]]]] = {
        "broken rows": ((".csv",), _break_rows),
        "wrong header": ((".csv",), _rename_column),
        "truncated file": ((".parquet",), _truncate),
        "duplicate file": ((".csv", ".jsonl", ".parquet"), _duplicate),
        "late file": ((".csv", ".jsonl", ".parquet"), lambda file: _hold_back(file, held)),
    }
    faults = []
    for kind, (suffixes, act) in acts.items():
        fitting = [file for file in sound if file.suffix in suffixes]
        if fitting:
            drawn = crc32(f"{story.settings.seed} {story.window.name} {kind}".encode())
            file = fitting[drawn % len(fitting)]
            sound.remove(file)
            feed = f"{file.parent.parent.name}.{file.parent.name}"
            with explain_disk(f"A fault could not be planted in {file}"):
                line_count, ends = act(file)
            name = _second(file).name if kind == "duplicate file" else file.name
            faults.append(Fault(name, feed, kind, line_count, ends))
    story.written = [file for file in story.written if file.exists()]
    if faults:
        rows = ", ".join(
            f"({', '.join(literal(str(value)) for value in astuple(fault))})" for fault in faults
        )
        story.save(
            "faults",
            "select file_name, feed, kind, line_count::bigint as line_count, ends"
            f" from (values {rows}) as faults (file_name, feed, kind, line_count, ends)",
        )
        story.truth("faults", "select * from story.faults")
    return faults


def deliver_late(story: Story, landing: Path) -> None:
    """Deliver the files that an earlier window held back."""
    for file in sorted((story.folder / "held").glob("*/*/*")):
        target = landing / file.relative_to(story.folder / "held")
        with explain_disk(f"{target} could not be written"):
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        story.written.append(target)


def _second(file: Path) -> Path:
    return file.with_name(f"{file.stem}_v2{file.suffix}")


def _break_rows(file: Path) -> tuple[int, str]:
    """Take the key off every fortieth line, the first one included."""
    shutil.copyfile(file, _second(file))
    header, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    broken = range(0, len(lines), _EVERY)
    for place in broken:
        lines[place] = "," + lines[place].partition(",")[2]
    file.write_text("".join([header, *lines]), encoding="utf-8")
    return len(broken), "rejected" if len(broken) > _MOST_BAD * len(lines) else "accepted"


def _rename_column(file: Path) -> tuple[int, str]:
    shutil.copyfile(file, _second(file))
    header, _, lines = file.read_text(encoding="utf-8").partition("\n")
    file.write_text(f"{header}_renamed\n{lines}", encoding="utf-8")
    return 0, "rejected"


def _truncate(file: Path) -> tuple[int, str]:
    shutil.copyfile(file, _second(file))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    return 0, "rejected"


def _duplicate(file: Path) -> tuple[int, str]:
    shutil.copyfile(file, _second(file))
    return 0, "skipped"


def _hold_back(file: Path, held: Path) -> tuple[int, str]:
    target = held / file.parent.parent.name / file.parent.name / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
    return 0, "accepted"
