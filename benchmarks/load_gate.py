"""Take a feed's files through the gate: load_gate.py FOLDER FEED OUT."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from measure import tell

from onemart.feeds.gate import land, open_gate
from onemart.project import Project, find_project


def main(folder: str, feed: str, out: str) -> None:
    """Land the files in a scratch project with the contracts of this one."""
    with tempfile.TemporaryDirectory(dir=Path(folder).parent) as scratch:
        root = Path(scratch)
        (root / "dbt_project.yml").touch()
        shutil.copytree(find_project(Path(__file__).parent).contracts, root / "expectations")
        project = Project(root)
        shop = project.shop("bench")
        landing = shop.landing / "complete_journey" / feed
        landing.mkdir(parents=True)
        for path in Path(folder).iterdir():
            (landing / path.name).hardlink_to(path)
        importing = time.perf_counter()
        import onemart.feeds.gx  # noqa: F401, PLC0415

        imported = time.perf_counter() - importing
        started = time.perf_counter()
        with open_gate(project, shop, "bench", on_step=lambda *_: None, timeout=10) as gate:
            report = land(gate, on_start=lambda _: None, on_end=lambda _: None)
        if any(outcome.status != "accepted" for outcome in report.outcomes):
            raise SystemExit("a file was not accepted")
        tell(out, started, {"files": len(report.outcomes), "import_seconds": imported})


main(*sys.argv[1:])
