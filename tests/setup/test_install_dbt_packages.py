"""`make dbt-deps`: the hub where it answers, the project's own package where it does not."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path("scripts") / "install_dbt_packages.py"
# Nothing listens on port 9, the discard service of another age.
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for part in ("packages/dbt_utils_offline", "scripts"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "packages.yml", folder)
    (folder / "dbt_project.yml").write_text("name: trial\nversion: 1.0.0\nprofile: trial\n")
    (folder / "profiles.yml").write_text(
        "trial:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: ':memory:'}\n"
    )
    return folder


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """Serve a hub with one package, dbt-labs/dbt_utils 1.3.9."""
    web = tmp_path / "web"
    package = tmp_path / "dbt-utils-1.3.9"
    package.mkdir()
    (package / "dbt_project.yml").write_text("name: dbt_utils\nversion: 1.3.9\n")
    (web / "api/v1/dbt-labs").mkdir(parents=True)
    with tarfile.open(web / "dbt_utils.tar.gz", "w:gz") as archive:
        archive.add(package, arcname=package.name)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(web))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        version = {
            "name": "dbt_utils",
            "packages": [],
            "downloads": {"tarball": f"{address}dbt_utils.tar.gz"},
        }
        (web / "api/v1/index.json").write_text(json.dumps(["dbt-labs/dbt_utils"]))
        (web / "api/v1/dbt-labs/dbt_utils.json").write_text(
            json.dumps({"name": "dbt_utils", "versions": {"1.3.9": version}})
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


def install(project: Path, hub: str) -> list[str]:
    environment = os.environ | {"DBT_PACKAGE_HUB_URL": hub, "no_proxy": "127.0.0.1"}
    finished = subprocess.run(
        [sys.executable, str(project / SCRIPT)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stderr == ""
    return finished.stdout.splitlines()


def installed(project: Path) -> dict[str, str]:
    folder = project / "dbt_packages" / "dbt_utils"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_without_the_hub_one_line_says_so_and_the_own_package_is_used(project: Path) -> None:
    started = time.monotonic()
    (line,) = install(project, NOWHERE)
    assert "cannot be reached" in line
    assert "packages/dbt_utils_offline" in line
    assert "macros/sql/date_spine.sql" in installed(project)
    assert time.monotonic() - started < 5


def test_a_second_run_changes_nothing_and_says_nothing(project: Path) -> None:
    install(project, NOWHERE)
    before = installed(project)
    assert install(project, NOWHERE) == []
    assert installed(project) == before


def test_the_copy_follows_the_project(project: Path) -> None:
    install(project, NOWHERE)
    (project / "packages/dbt_utils_offline/macros/sql/new.sql").write_text("-- new")
    assert len(install(project, NOWHERE)) == 1
    assert installed(project)["macros/sql/new.sql"] == "-- new"


def test_a_package_that_is_there_is_kept(project: Path) -> None:
    theirs = project / "dbt_packages" / "dbt_utils"
    theirs.mkdir(parents=True)
    (theirs / "dbt_project.yml").write_text("name: dbt_utils\nversion: 1.1.0\n")
    assert install(project, NOWHERE) == []
    assert installed(project) == {"dbt_project.yml": "name: dbt_utils\nversion: 1.1.0\n"}


def test_a_half_unpacked_package_is_replaced(project: Path) -> None:
    (project / "dbt_packages" / "dbt_utils" / "macros").mkdir(parents=True)
    install(project, NOWHERE)
    assert "dbt_project.yml" in installed(project)


def test_with_the_hub_its_package_is_used(project: Path, hub: str) -> None:
    assert install(project, hub) == ["dbt packages: installed from dbt's hub"]
    assert installed(project) == {"dbt_project.yml": "name: dbt_utils\nversion: 1.3.9\n"}


def test_a_download_that_fails_is_named(project: Path, hub: str, tmp_path: Path) -> None:
    (tmp_path / "web" / "dbt_utils.tar.gz").write_bytes(b"not an archive")
    (line,) = install(project, hub)
    assert "`dbt deps` failed" in line
    assert "OFFLINE.md" in installed(project)
