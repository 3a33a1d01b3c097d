"""What `onemart lookml` does."""

import json
from collections.abc import Callable
from pathlib import Path

from onemart.errors import OnemartError
from onemart.lookml.boards import add_dashboards
from onemart.lookml.check import check_lookml
from onemart.lookml.definitions import Definitions, read_definitions
from onemart.lookml.files import files_of, write_files
from onemart.lookml.project import Project as Lookml
from onemart.lookml.project import make_project
from onemart.lookml.read import read_lookml
from onemart.metrics.manifest import parsed_project, semantic_manifest
from onemart.portal.figures import PAGES
from onemart.portal.figures.declaration import read_declarations
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, chosen_target

__all__ = ["write_lookml"]


def write_lookml(
    project: Project, shop: Shop, target: str | None, folder: Path, connection: str
) -> Lookml:
    """Write the LookML project of a shop, and read and check what was written.

    Parameters
    ----------
    target : str or None
        The warehouse that Looker reads, a target of profiles.yml; nobody connects to it here.
    connection : str
        Name of the connection in Looker.

    Raises
    ------
    OnemartError
        If what was written does not pass the check; names file, view and field.
    """
    semantic = semantic_manifest(project)
    manifest = json.loads(parsed_project(project).read_text(encoding="utf-8"))
    table_name, dialect = _named(shop, target)
    definitions = read_definitions(manifest, semantic, table_name)
    made = make_project(definitions, dialect)
    add_dashboards(made, read_declarations(PAGES), definitions)
    files = files_of(
        made,
        connection=connection,
        closed=closed_sql(definitions),
        dashboards=made.dashboards,
    )
    write_files(folder, files)
    problems = check_lookml(read_lookml(folder), definitions, dialect)
    if problems:
        listed = "\n".join(map(str, problems))
        raise OnemartError(f"What was written is not sound:\n{listed}", "Please report it.")
    return made


def closed_sql(definitions: Definitions) -> str:
    """Return SQL for the last closed day."""
    return f"select max(date_day) from {definitions.tables['dim_dates'].relation} where is_closed"


def _named(shop: Shop, target: str | None) -> tuple[Callable[[str, str], str], str]:
    """Return how the shop's tables are named, and the dialect of its warehouse."""
    chosen = chosen_target(target)
    if chosen == DEFAULT_TARGET:
        from onemart.warehouse.duckdb_dialect import DuckdbDialect  # noqa: PLC0415

        return DuckdbDialect().table, "duckdb"
    from onemart.warehouse.bigquery_dialect import BigqueryDialect  # noqa: PLC0415
    from onemart.warehouse.profile import read_target  # noqa: PLC0415

    settings = read_target(shop.root, shop, chosen).settings
    return BigqueryDialect(settings["project"], settings["dataset"]).table, "bigquery"
