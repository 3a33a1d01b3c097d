"""The standard site of Great Expectations, with its assets beside it.

Import this module only where the site is built: GX takes seconds. Its pages load scripts, styles
and a picture from fourteen places on the internet; these are taken from `static/gx`, or left out.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.renderer.site_builder import SiteBuilder

from onemart.feeds.quiet_gx import hush
from onemart.portal.feeds.gx_results import GX_FOLDER, Checked, Validation
from onemart.portal.page import Asset

__all__ = ["gx_site", "local"]

hush()

_STYLES = (
    "bootstrap.min.css",
    "bootstrap-table.min.css",
    "bootstrap-table-filter-control.min.css",
    "bootstrap-datepicker.min.css",
    "icons.css",
)
_SCRIPTS = (
    "jquery.min.js",
    "popper.min.js",
    "bootstrap.min.js",
    "bootstrap-table.min.js",
    "bootstrap-table-filter-control.min.js",
    "bootstrap-datepicker.min.js",
)
_CHARSET = '<meta charset="UTF-8">'
_POLICY = "default-src 'self' 'unsafe-inline' data: blob: file:; connect-src 'self'"
_LOADED = re.compile(
    r"""<script\b[^>]*\bsrc="https?:[^>]*>\s*</script>|<link\b[^>]*\bhref="https?:[^>]*>"""
)
_ICON = re.compile(r"""<link\b[^>]*\brel="shortcut icon"[^>]*>""")
_PICTURE = re.compile(r"""<img\b[^>]*\bsrc="https?:[^>]*>""")
_DRAWN = re.compile(r"""url\(\s*['"]?https?:[^)]*\)""")
_FOOTER = re.compile(r"<footer>.*?</footer>", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def gx_site(validations: Sequence[Validation]) -> Iterator[Asset]:
    """Yield the pages of the standard site: an index, and the last validation of each feed."""
    context = gx.get_context(mode="ephemeral")
    for validation in validations:
        _keep(context, validation)
    with TemporaryDirectory() as folder:
        backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder}
        SiteBuilder(
            context,
            store_backend=backend,
            site_name="feeds",
            show_how_to_buttons=False,
            site_section_builders={"profiling": "None"},
        ).build()
        for path in sorted(Path(folder).rglob("*.html")):
            place = f"{GX_FOLDER}/{path.relative_to(folder).as_posix()}"
            yield Asset(place, local(path.read_text(encoding="utf-8"), place).encode())


def local(html: str, path: str) -> str:
    """Return a page of GX that asks nothing of the internet.

    Parameters
    ----------
    path : str
        Its place in the portal.
    """
    root = "../" * path.count("/")
    head = [f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">']
    head += [f'<link rel="stylesheet" href="{root}static/gx/{name}">' for name in _STYLES]
    head.append(f'<link rel="icon" href="{root}static/icon.svg">')
    head += [f'<script src="{root}static/gx/{name}"></script>' for name in _SCRIPTS]
    html = _ICON.sub("", _LOADED.sub("", html))
    html = _PICTURE.sub("<strong>Great Expectations</strong>", html)
    html = _DRAWN.sub("none", html)
    back = f'<p class="p-4"><a href="{root}feeds/index.html">Back to the portal</a></p>'
    html = _FOOTER.sub(back, html)
    # Its ids are new each time; numbered, a page that says the same is the same.
    known: dict[str, str] = {}
    html = _UUID.sub(lambda found: known.setdefault(found[0], f"part-{len(known)}"), html)
    return html.replace(_CHARSET, _CHARSET + "\n" + "\n".join(head), 1)


def _keep(context: Any, validation: Validation) -> None:
    """Put the suite and the result where the site is built from."""
    configs = [_config(check) for check in validation.checks]
    context.suites.add(
        gx.ExpectationSuite(
            name=validation.feed, expectations=[config.to_json_dict() for config in configs]
        )
    )
    passed = sum(check.is_passed for check in validation.checks)
    of_all = len(validation.checks)
    run = RunIdentifier(run_name="last", run_time=validation.at)
    result = ExpectationSuiteValidationResult(
        success=passed == of_all,
        results=[
            ExpectationValidationResult(
                success=check.is_passed, expectation_config=config, result=check.result
            )
            for check, config in zip(validation.checks, configs, strict=True)
        ],
        suite_name=validation.feed,
        statistics={
            "evaluated_expectations": of_all,
            "successful_expectations": passed,
            "unsuccessful_expectations": of_all - passed,
            "success_percent": 100 * passed / of_all,
        },
        meta={
            "run_id": run,
            "great_expectations_version": gx.__version__,
            "active_batch_definition": {"data_asset_name": validation.feed},
            "batch_spec": {},
        },
        batch_id=validation.delivery,
    )
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(validation.feed),
        run_id=run,
        batch_identifier=validation.delivery,
    )
    context.validation_results_store.set(key, result)


def _config(check: Checked) -> ExpectationConfiguration:
    return ExpectationConfiguration(
        type=check.type, kwargs=check.kwargs, meta={"notes": check.name}
    )
