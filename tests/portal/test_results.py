"""What builds came to is kept: a part is laid over the whole."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from onemart.project import Project
from onemart.results import keep_results, read_results


def result(name: str, kind: str, status: str, message: str = "") -> Any:
    node = SimpleNamespace(unique_id=name, resource_type=kind)
    return SimpleNamespace(node=node, status=status, message=message)


def test_a_part_is_laid_over_what_is_kept(tmp_path: Path) -> None:
    project = Project(tmp_path)
    shop = project.shop("demo")
    assert read_results(project, shop) is None
    whole = [
        result("model.a", "model", "success"),
        result("test.b", "test", "fail", "Got 3 results\nsecret rows"),
        result("unit_test.c", "unit_test", "pass"),
    ]
    keep_results(project, shop, whole, seconds=12.34, is_whole=True)
    kept = read_results(project, shop)
    assert kept is not None
    assert (kept.tests, kept.failed_tests, kept.is_whole, kept.seconds) == (2, 1, True, 12.3)
    assert kept.problems["test.b"]["message"] == "Got 3 results"
    keep_results(project, shop, [result("test.b", "test", "pass")], seconds=1, is_whole=False)
    kept = read_results(project, shop)
    assert kept is not None
    assert (kept.tests, kept.failed_tests, kept.is_whole) == (2, 0, False)
    keep_results(project, shop, [result("model.a", "model", "success")], seconds=1, is_whole=True)
    kept = read_results(project, shop)
    assert kept is not None
    assert kept.tests == 0
