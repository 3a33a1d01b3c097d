"""Publishing a shop: its site, from one look at its warehouse."""

from pathlib import Path

from onemart.portal.reading import open_reading
from onemart.portal.site import Written, write_site
from onemart.project import Project, Shop

__all__ = ["DEFAULT_FOLDER", "publish"]

DEFAULT_FOLDER = Path("target/portal")


def publish(project: Project, shop: Shop, folder: Path, *, target: str | None = None) -> Written:
    """Write the shop's portal into a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Empty, new, or with an earlier portal.
    target : str, optional
        Of profiles.yml; by default the one in ONEMART_TARGET, else the DuckDB file.

    Raises
    ------
    OnemartError
        If the shop was not built, or the folder cannot be written.
    """
    with open_reading(project, shop, target=target) as reading:
        return write_site(reading, folder)
