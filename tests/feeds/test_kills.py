"""A gate that is killed and run again leaves what an undisturbed run leaves."""

import random
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.feeds.warm_gate import (
    EARLIER,
    FILES,
    Ended,
    Order,
    deliver,
    differences,
    make_shop,
    snapshot,
    start,
    work,
)

from onemart.feeds.gate import STEPS
from onemart.verify.emulator_server import EmulatorServer

SEED = 20_260_105


class Scene:
    """A shop before its delivery, and what an undisturbed run makes of it."""

    def __init__(self, folder: Path, earlier: Any, files: Any) -> None:
        self.folder = folder
        self.shop = make_shop(folder / "shop")
        if earlier:
            deliver(self.shop, earlier)
            assert work(Order(self.shop)).exit_status == 0
        deliver(self.shop, files)
        undisturbed = self.copy("undisturbed")
        self.ended: Ended = work(Order(undisturbed))
        self.wanted = snapshot(undisturbed)

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.shop, self.folder / name, symlinks=True))

    def check_ends_the_same(self, name: str, disturb: Callable[[Path], None]) -> None:
        """Disturb a copy of the shop, then land to the end and compare."""
        root = self.copy(name)
        disturb(root)
        last = work(Order(root))
        assert (last.exitcode, last.error) == (0, None), last
        different = differences(snapshot(root), self.wanted)
        assert not different, f"{name}:\n{different}"
        shutil.rmtree(root)

    def kill_after(self, root: Path, seconds: float) -> Ended:
        running = start(Order(root))
        running.process.join(seconds)
        running.process.kill()
        return running.end()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Five files for a shop that has had deliveries before."""
    return Scene(tmp_path_factory.mktemp("scene"), EARLIER, FILES)


@pytest.fixture(scope="module")
def first_scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The first file ever of a shop: the warehouse and its tables are made on the way."""
    files = {name: EARLIER[name] for name in ("shelves/shelves_1.parquet",)}
    return Scene(tmp_path_factory.mktemp("first"), {}, files)


def kill_at(root: Path, step: tuple[str, str]) -> None:
    ended = work(Order(root, kill_at=step))
    assert ended.was_killed, ended
    assert ended.steps[-1] == step, ended


def test_undisturbed_run_meets_every_step_and_every_outcome(scene: Scene) -> None:
    assert {step for step, _ in scene.ended.steps} == set(STEPS)
    statuses = {name: status for name, (status, _) in scene.ended.outcomes.items()}
    assert statuses == {
        "lines_1_again.csv": "skipped",
        "lines_2_half.csv": "rejected",
        "lines_3.csv": "accepted",
        "members_b.jsonl": "accepted",
        "shelves_2.parquet": "accepted",
    }
    assert len(scene.wanted["raw.till__lines__current"]) == 3
    assert len(scene.wanted["quarantine.till__lines"]) == 4
    assert len(scene.wanted["quarantine.till__members"]) == 1
    assert len(scene.wanted["ops.superseded_lines"]) == 1
    assert len(scene.wanted["ops.delivery_log"]) == 8


def one_of_each_step(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choose a file for each step, another one each time where there is a choice."""
    chosen = []
    for place, step in enumerate(STEPS):
        there = [each for each in steps if each[0] == step]
        chosen.append(there[place % len(there)])
    return chosen


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(scene: Scene, step: str) -> None:
    at = next(each for each in one_of_each_step(scene.ended.steps) if each[0] == step)
    scene.check_ends_the_same(f"{step} {at[1]}", lambda root: kill_at(root, at))


def test_killed_between_two_files(scene: Scene) -> None:
    first, second = [name for step, name in scene.ended.steps if step == "found"][1:3]
    assert scene.ended.steps.index(("archived", first)) + 1 == scene.ended.steps.index(
        ("found", second)
    )
    scene.check_ends_the_same("between", lambda root: kill_at(root, ("archived", first)))


def test_killed_again_while_it_recovers(scene: Scene) -> None:
    def twice(root: Path) -> None:
        kill_at(root, ("committed", "lines_3.csv"))
        # The next run only moves that file on; then it comes to the one after.
        kill_at(root, ("archived", "lines_3.csv"))
        kill_at(root, ("published", "members_b.jsonl"))
        kill_at(root, ("audited", "members_b.jsonl"))

    scene.check_ends_the_same("again", twice)


@pytest.mark.parametrize("share", [0.05, 0.35, 0.65, 0.95])
def test_killed_before_a_file_operation(scene: Scene, share: float) -> None:
    number = 1 + int(share * len(scene.ended.operations))

    def disturb(root: Path) -> None:
        assert work(Order(root, kill_before_operation=number)).was_killed

    scene.check_ends_the_same(f"operation {number}", disturb)


def test_killed_between_removing_a_marker_and_moving_its_file(scene: Scene) -> None:
    operations = scene.ended.operations
    (removed,) = (
        number
        for number, operation in enumerate(operations, 1)
        if operation.startswith("os.remove") and operation.endswith("members_b.jsonl.ok")
    )
    (moved,) = (
        number
        for number, operation in enumerate(operations, 1)
        if operation.startswith("os.rename /.onemart") and operation.endswith("members_b.jsonl")
    )
    assert removed < moved, "a marker that outlives its file calls the next one whole"

    def disturb(root: Path) -> None:
        assert work(Order(root, kill_before_operation=moved)).was_killed
        assert not list((root / "landing").rglob("members_b*"))

    scene.check_ends_the_same("marker", disturb)


def test_killed_while_the_key_of_the_hashes_is_made(scene: Scene) -> None:
    root = scene.copy("key")
    key = root / ".onemart/pii.key"
    key.unlink()
    spare = Path(shutil.copytree(root, scene.folder / "spare"))
    making = [
        number
        for number, operation in enumerate(work(Order(spare)).operations, 1)
        if "pii.key" in operation
    ]
    assert len(making) > 1, "making the key is more than one operation, or this test misses it"
    for number in making:
        assert work(Order(root, kill_before_operation=number)).was_killed
        assert not key.exists()
        # The next kill counts the operations from the same place.
        shutil.rmtree(root)
        shutil.copytree(scene.shop, root)
        key.unlink()
    assert work(Order(root)).exit_status == 3
    assert len(key.read_text()) == 64


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_killed_while_the_warehouse_is_made(first_scene: Scene, share: float) -> None:
    number = 1 + int(share * len(first_scene.ended.statements))

    def disturb(root: Path) -> None:
        assert work(Order(root, kill_before_statement=number)).was_killed

    first_scene.check_ends_the_same(f"statement {number}", disturb)


class EmulatedScene:
    """A week and its correction, which land in datasets of their own each time."""

    files = ("lines/lines_1.csv", "lines/lines_3.csv")

    def __init__(self, folder: Path, emulator: EmulatorServer) -> None:
        self.folder = folder
        self.emulator = emulator
        root, chosen = self.new("undisturbed")
        self.ended = work(Order(root, environment=chosen))
        self.wanted = snapshot(root, chosen)

    def new(self, name: str) -> tuple[Path, dict[str, str]]:
        root = make_shop(self.folder / name)
        shutil.copy(Path(__file__).parents[2] / "profiles.yml", root)
        deliver(root, {name: {**EARLIER, **FILES}[name] for name in self.files})
        return root, {
            "ONEMART_TARGET": "emulator",
            "ONEMART_EMULATOR": self.emulator.endpoint,
            "ONEMART_BIGQUERY_DATASET": f"kills_{uuid.uuid4().hex[:8]}",
        }


@pytest.fixture(scope="module")
def emulated_scene(
    tmp_path_factory: pytest.TempPathFactory, emulator: EmulatorServer
) -> EmulatedScene:
    return EmulatedScene(tmp_path_factory.mktemp("emulated"), emulator)


# Without transactions each of these leaves what was written before it.
@pytest.mark.parametrize(
    "table",
    [
        "delivery_log",
        pytest.param("touched_days", marks=pytest.mark.torture),
        pytest.param("quarantine`.`till__lines", marks=pytest.mark.torture),
    ],
)
def test_killed_between_two_statements_of_a_publication(
    emulated_scene: EmulatedScene, table: str
) -> None:
    last = max(
        number
        for number, sql in enumerate(emulated_scene.ended.statements, 1)
        if sql.startswith("insert into") and f"{table}`" in sql
    )
    root, chosen = emulated_scene.new(f"before {last}")
    assert work(Order(root, kill_before_statement=last, environment=chosen)).was_killed
    ended = work(Order(root, environment=chosen))
    assert (ended.exitcode, ended.error) == (0, None), ended
    different = differences(snapshot(root, chosen), emulated_scene.wanted)
    assert not different, different


def kill_at_random(scene: Scene, kills: int, seed: int) -> int:
    """Kill at random moments; return how many kills hit before the end."""
    moments = random.Random(seed)  # noqa: S311 - to repeat, not to keep secrets
    hits = 0
    for number in range(kills):
        seconds = moments.uniform(0, 0.9 * scene.ended.seconds)
        killed: list[Ended] = []
        scene.check_ends_the_same(
            f"seed {seed}, kill {number}, after {seconds:.4f} s",
            lambda root, at=seconds, to=killed: to.append(scene.kill_after(root, at)),
        )
        hits += killed[0].was_killed
    return hits


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_killed_at_random_moments(scene: Scene, seed: int) -> None:
    assert kill_at_random(scene, kills=3, seed=seed) >= 2


def test_killed_at_a_random_moment_of_the_first_run(first_scene: Scene) -> None:
    assert kill_at_random(first_scene, kills=2, seed=SEED) >= 1


@pytest.mark.torture
def test_torture_each_step_of_each_file(scene: Scene) -> None:
    for at in scene.ended.steps:
        scene.check_ends_the_same(" ".join(at), lambda root, at=at: kill_at(root, at))


@pytest.mark.torture
@pytest.mark.parametrize("which", ["scene", "first_scene"])
def test_torture_each_file_operation(which: str, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(which)
    assert len(scene.ended.operations) > 5
    for number, operation in enumerate(scene.ended.operations, 1):

        def disturb(root: Path, number: int = number) -> None:
            assert work(Order(root, kill_before_operation=number)).was_killed

        scene.check_ends_the_same(operation.replace("/", " "), disturb)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(SEED, SEED + 10))
def test_torture_random_moments(scene: Scene, seed: int) -> None:
    assert kill_at_random(scene, kills=8, seed=seed) >= 4


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(SEED, SEED + 5))
def test_torture_random_moments_of_the_first_run(first_scene: Scene, seed: int) -> None:
    assert kill_at_random(first_scene, kills=8, seed=seed) >= 4
