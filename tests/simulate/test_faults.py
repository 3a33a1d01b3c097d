"""Faults are planted one a file, told in the truth, and what they spoil comes again."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from tests.mart.synthetic import PROJECT

from onemart.project import Project
from onemart.simulate.engine import Story
from onemart.simulate.faults import Fault, deliver_late, plant_faults
from onemart.simulate.settings import Settings, Window

WINDOW = Window(datetime(2025, 1, 1), datetime(2025, 1, 15))  # noqa: DTZ001
SETTINGS = Settings(
    seed=5, customers=10, first=date(2025, 1, 1), base_end=date(2025, 1, 15), mode="full"
)
LINES = "claim_id,status\n" + "".join(f"{number},open\n" for number in range(1, 101))


@dataclass
class Planted:
    """A landing folder before and after."""

    folder: Path
    before: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def bytes_of(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    (tmp_path / "expectations").symlink_to(PROJECT / "expectations")
    project = Project(tmp_path)
    return Story(project, project.shop("demo"), SETTINGS, WINDOW)


@pytest.fixture
def planted(story: Story, tmp_path: Path) -> Planted:
    folder = tmp_path / "landing" / "demo" / "after_sale" / "warranty_claims"
    folder.mkdir(parents=True)
    names = ["claims_2025-01-01_to_2025-01-04.csv"]
    names += [f"claims_2025-01-{day:02d}.csv" for day in range(5, 12)]
    names += ["claims_2025-01-12.parquet"]
    for name in names:
        (folder / name).write_text(LINES if name.endswith("csv") else "PAR1" * 50)
        story.written.append(folder / name)
    found = Planted(folder)
    found.before = {name: found.bytes_of(name) for name in names}
    found.faults = {fault.kind: fault for fault in plant_faults(story)}
    return found


def test_each_kind_has_a_file_of_its_own_and_the_long_one_has_none(planted: Planted) -> None:
    names = {fault.file_name.replace("_v2", "") for fault in planted.faults.values()}
    assert len(names) == len(planted.faults) == 5
    assert not any("_to_" in name for name in names)


@pytest.mark.parametrize("kind", ["broken rows", "wrong header", "truncated file"])
def test_what_is_spoilt_comes_again_as_it_was(planted: Planted, kind: str) -> None:
    fault = planted.faults[kind]
    stem, _, suffix = fault.file_name.partition(".")
    assert planted.bytes_of(fault.file_name) != planted.before[fault.file_name]
    assert planted.bytes_of(f"{stem}_v2.{suffix}") == planted.before[fault.file_name]


def test_broken_lines_lose_their_key(planted: Planted) -> None:
    fault = planted.faults["broken rows"]
    lines = planted.bytes_of(fault.file_name).decode().splitlines()
    assert [place for place, line in enumerate(lines) if line.startswith(",")] == [1, 41, 81]
    # 3 of 100 lines are less than the gate rejects a file for.
    assert (fault.line_count, fault.ends) == (3, "accepted")


def test_a_duplicate_has_the_same_bytes(planted: Planted) -> None:
    fault = planted.faults["duplicate file"]
    original = fault.file_name.replace("_v2", "")
    assert planted.bytes_of(fault.file_name) == planted.bytes_of(original)
    assert fault.ends == "skipped"


def test_a_late_file_comes_with_the_next_window(planted: Planted, story: Story) -> None:
    late = planted.folder / planted.faults["late file"].file_name
    assert not late.exists()
    assert late not in story.written
    deliver_late(story, planted.folder.parent.parent)
    assert late.read_bytes() == planted.before[late.name]
    assert late in story.written


def test_the_truth_tells_all_faults(planted: Planted, story: Story) -> None:
    told = duckdb.connect().execute(
        f"select kind, file_name, ends from '{story.folder}/truth/faults.parquet'"
    )
    expected = {(fault.kind, fault.file_name, fault.ends) for fault in planted.faults.values()}
    assert set(told.fetchall()) == expected
