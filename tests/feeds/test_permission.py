"""A file or a folder that the gate's user may not use: said so, and the others land."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.feeds.warm_gate import EARLIER, SHOP, Ended, Order, deliver, make_shop, work

NOBODY = 65534
FILES = {
    name: EARLIER[name] for name in ("shelves/shelves_1.parquet", "members/members_a.jsonl")
} | {"shelves/shelves_2.parquet": {"shelf": [7], "label": ["oil"]}}


def become_nobody() -> None:
    """Give up the rights of root, before which every permission is granted."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def land(root: Path) -> Ended:
    return work(Order(root, first=become_nobody))


def hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


@pytest.fixture
def root() -> Iterator[Path]:
    """A shop with three files, owned by an unprivileged user."""
    # Not in pytest's own folder, which only its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="onemart-permission-"))
    folder.chmod(0o755)
    root = make_shop(folder / "project")
    deliver(root, FILES)
    hand_over(root)
    yield root
    for path in root.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


def landing(root: Path, place: str) -> Path:
    return root / "landing" / SHOP / "till" / place


def statuses(ended: Ended) -> dict[str, str]:
    return {name: status for name, (status, _) in ended.outcomes.items()}


def test_unreadable_file_stays_and_the_others_land(root: Path) -> None:
    denied = landing(root, "shelves/shelves_1.parquet")
    denied.chmod(0)
    ended = land(root)
    assert ended.exit_status == 3
    assert statuses(ended) == {
        "members_a.jsonl": "accepted",
        "shelves_1.parquet": "rejected",
        "shelves_2.parquet": "accepted",
    }
    reason = ended.outcomes["shelves_1.parquet"][1]
    assert reason.startswith("shelves_1.parquet cannot be opened: permission denied.")
    assert f"permission to read it and to move it out of {denied.parent}," in reason
    assert denied.exists()

    denied.chmod(0o644)
    ended = land(root)
    assert (ended.exit_status, statuses(ended)) == (0, {"shelves_1.parquet": "accepted"})


def test_folder_that_files_cannot_be_moved_out_of(root: Path) -> None:
    landing(root, "shelves").chmod(0o555)
    ended = land(root)
    assert ended.exit_status == 3
    assert statuses(ended) == {
        "members_a.jsonl": "accepted",
        "shelves_1.parquet": "rejected",
        "shelves_2.parquet": "rejected",
    }
    assert f"move it out of {landing(root, 'shelves')}," in ended.outcomes["shelves_1.parquet"][1]
    assert list((root / f".onemart/gate/{SHOP}/till/shelves").glob("*")) == []

    landing(root, "shelves").chmod(0o755)
    ended = land(root)
    assert ended.exit_status == 0
    assert set(statuses(ended).values()) == {"accepted"}


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_folder_that_cannot_be_looked_into(root: Path, mode: int) -> None:
    landing(root, "shelves").chmod(mode)
    ended = land(root)
    assert ended.exit_status == 3
    assert statuses(ended) == {"members_a.jsonl": "accepted", "shelves": "rejected"}
    assert f"permission to list {landing(root, 'shelves')}" in ended.outcomes["shelves"][1]


@pytest.mark.parametrize("folder", ["warehouse", ".onemart", f".onemart/gate/{SHOP}", "."])
def test_folder_of_the_gate_that_cannot_be_written(root: Path, folder: str) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    hand_over(root)
    (root / folder).chmod(0o555)
    if folder == ".":
        shutil.rmtree(root / ".onemart")
    ended = land(root)
    assert ended.error is not None
    kind, what, todo = ended.error
    assert kind == "OnemartError"
    assert "ermission denied" in what
    assert str(root) in what
    assert "permission" in todo
    assert landing(root, "members/members_a.jsonl").exists()

    (root / folder).chmod(0o755)
    (root / ".onemart").mkdir(exist_ok=True)
    hand_over(root)
    assert land(root).exit_status == 0


def test_archive_that_cannot_be_written(root: Path) -> None:
    archive = root / "archive"
    archive.mkdir()
    hand_over(root)
    archive.chmod(0o555)
    ended = land(root)
    assert ended.error is not None
    assert ended.error[1].startswith("members_a.jsonl is accepted, but could not be put into")
    assert "permission denied" in ended.error[1]

    archive.chmod(0o755)
    ended = land(root)
    assert ended.exit_status == 0
    assert set(statuses(ended).values()) == {"accepted"}
    assert [path.name for path in archive.rglob("members_a*")] == ["members_a.jsonl"]


def test_warehouse_that_cannot_be_written(root: Path) -> None:
    assert land(root).exit_status == 0
    (root / f"warehouse/{SHOP}.duckdb").chmod(0o444)
    ended = land(root)
    assert ended.error is not None
    assert "cannot be opened" in ended.error[1]
    assert "permission" in ended.error[1].lower()
    assert "may read and write" in ended.error[2]


def test_warehouse_whose_log_cannot_be_written(root: Path) -> None:
    assert land(root).exit_status == 0
    deliver(root, {"shelves/shelves_3.parquet": {"shelf": [8], "label": ["ink"]}})
    hand_over(root)
    (root / "warehouse").chmod(0o555)
    ended = land(root)
    assert ended.error is not None
    assert "ermission denied" in ended.error[1]
    assert "permission" in ended.error[2]


def test_contract_that_cannot_be_read(root: Path) -> None:
    (root / "expectations/till/shelves.yml").chmod(0)
    ended = land(root)
    told = ended.error[1] if ended.error else str(ended.outcomes)
    assert "shelves.yml" in told
    assert "permission denied" in told.lower()


@pytest.mark.parametrize("content", [b"", b"DUCK" * 1024, b"no warehouse\n" * 2000])
def test_file_that_is_no_warehouse(root: Path, content: bytes) -> None:
    warehouse = root / f"warehouse/{SHOP}.duckdb"
    warehouse.parent.mkdir()
    warehouse.write_bytes(content)
    hand_over(root)
    ended = land(root)
    assert ended.error is not None
    assert ended.error[1].startswith(f"The warehouse {warehouse} cannot be opened: ")
    assert f"archive/{SHOP}" in ended.error[2]
    assert warehouse.read_bytes() == content
