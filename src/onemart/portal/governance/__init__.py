"""Governance: what each figure means, who answers for it, what is promised, if it holds."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from onemart.portal.declared import Declared
from onemart.portal.governance.cards import cards, recovery
from onemart.portal.governance.glossary import glossary
from onemart.portal.governance.owners import access_by_layer, groups, personal_columns, rights
from onemart.portal.governance.parity import parity
from onemart.portal.governance.promises import feed_promises, mart_promises
from onemart.portal.page import Asset, Page

if TYPE_CHECKING:
    from onemart.portal.reading import Reading

__all__ = ["DECLARED", "pages"]

_METRICS = Declared(
    "governance/metrics.html",
    "Metrics",
    "What each figure means, how it is worked out, and who answers for it.",
    "platform",
)
_GLOSSARY = Declared(
    "governance/glossary.html", "Glossary", "The words of the field, in plain ones.", "platform"
)
_OWNERS = Declared(
    "governance/owners.html",
    "Owners and access",
    "Who answers for which models, who may read what, and which columns are personal.",
    "platform",
)
_CONTRACTS = Declared(
    "governance/contracts.html",
    "Contracts",
    "What feeds and marts promise, in which version, and what is on its way out.",
    "platform",
    ("stg_ops__deliveries",),
)
_MAP = Declared(
    "governance/map.html",
    "Map of the marts",
    "Which tables there are, by what each is known, and where its keys lead.",
    "platform",
)
_DOCUMENTS = Declared(
    "governance/lineage.html",
    "Documentation and lineage",
    "Every table and column with its tests and SQL, and where each column comes from.",
    "platform",
)
_CARDS = Declared(
    "governance/models.html",
    "Model cards",
    "What each model is for, what it was fitted on, where it ends, and whether it finds the truth.",
    "marketing",
    ("fct_model_cards", "rpt_recovery"),
)
_BALANCE = Declared(
    "governance/reconciliation.html",
    "Reconciliation",
    "What was delivered, where each record and cent of it went, and what nothing explains.",
    "platform",
    ("rpt_reconciliation",),
)
_PARITY = Declared(
    "governance/parity.html",
    "Parity",
    "Whether DuckDB and BigQuery give the same marts, as last compared here.",
    "platform",
)

DECLARED: tuple[Declared, ...] = (
    _METRICS, _GLOSSARY, _OWNERS, _CONTRACTS, _MAP, _DOCUMENTS, _CARDS, _BALANCE, _PARITY,
)  # fmt: skip
"""The pages of this section; nothing of a shop is needed to name them."""

_STYLES = ("governance.css",)
_DBT, _COLIBRI, _DBML = "governance/dbt.html", "governance/columns.html", "governance/marts.dbml"


def pages(reading: "Reading") -> Iterator[Page | Asset]:
    """Return the section's pages, and the documents that other tools wrote."""
    from onemart.portal.governance.docs import documents  # noqa: PLC0415  (brings dbt along)

    yield _metrics(reading)
    yield _glossary(reading)
    yield _owners(reading)
    yield _contracts(reading)
    made = documents(reading)
    yield _map(reading, made.dbml.read_text(encoding="utf-8"))
    yield _made(
        _DOCUMENTS,
        "lineage",
        {
            "dbt": _DBT,
            "columns": _COLIBRI,
            "dbml": _DBML,
            "sizes": [path.stat().st_size for path in (made.dbt, made.lineage, made.dbml)],
            "without_lineage": made.without_lineage,
        },
        ("dbt docs", "colibri", "DBML"),
    )
    yield Asset(_DBT, made.dbt)
    yield Asset(_COLIBRI, made.lineage)
    yield Asset(_DBML, made.dbml)
    yield _cards(reading)
    yield _balance(reading)
    yield _parity(reading)


def _made(
    declared: Declared, template: str, values: dict[str, Any], words: Iterable[str] = ()
) -> Page:
    return declared.page(
        f"governance/{template}.html", values, words=" ".join(words), styles=_STYLES
    )


def _metrics(reading: "Reading") -> Page:
    from onemart.metrics.manifest import semantic_manifest  # noqa: PLC0415
    from onemart.portal.governance.metric_catalogue import by_owner, entries  # noqa: PLC0415

    found = entries(reading.layer, semantic_manifest(reading.project))
    names = {group.name: group.owner for group in groups(reading.manifest)}
    owned = [(names.get(owner, owner), of) for owner, of in by_owner(found)]
    words = (word for entry in found for word in (entry.name, entry.label))
    return _made(_METRICS, "metrics", {"owned": owned, "count": len(found)}, words)


def _glossary(reading: "Reading") -> Page:
    terms = glossary(reading.project)
    words = (word for one in terms for word in (one.term, one.stands_for))
    return _made(_GLOSSARY, "glossary", {"terms": terms}, words)


def _owners(reading: "Reading") -> Page:
    found = groups(reading.manifest)
    return _made(
        _OWNERS,
        "owners",
        {
            "groups": found,
            "layers": access_by_layer(reading.manifest),
            "rights": rights(reading.project),
            "columns": personal_columns(reading.contracts),
        },
        (word for group in found for word in (group.owner, group.email)),
    )


def _contracts(reading: "Reading") -> Page:
    feeds, marts = feed_promises(reading), mart_promises(reading.manifest)
    names = {group.name: group.owner for group in groups(reading.manifest)}
    words = [*(one.feed for one in feeds), *(one.name for one in marts)]
    return _made(_CONTRACTS, "contracts", {"feeds": feeds, "marts": marts, "owners": names}, words)


def _map(reading: "Reading", text: str) -> Page:
    from onemart.portal.governance.erd import areas, relations  # noqa: PLC0415

    found = areas(reading.manifest, relations(text))
    words = (table[0] for area in found for table in area.tables)
    return _made(_MAP, "map", {"areas": found, "dbml": _DBML}, ("ERD", *words))


def _cards(reading: "Reading") -> Page:
    found = cards(reading)
    return _made(
        _CARDS,
        "models",
        {"cards": found, "recovered": recovery(reading)},
        ("recovery scorecard", *(card.told["model_name"] for card in found)),
    )


def _balance(reading: "Reading") -> Page:
    rows = reading.dicts(
        f"select * from {reading.mart('rpt_reconciliation')} order by source_name, feed_name"
    )
    told = ("delivered_record_count", "mart_record_count", "unexplained_record_count")
    silent = [row for row in rows if not any(row[name] for name in told)]
    return _made(
        _BALANCE,
        "reconciliation",
        {
            "rows": [row for row in rows if row not in silent],
            "silent": [f"{row['source_name']}.{row['feed_name']}" for row in silent],
            "currency": rows[0]["currency_code"] if rows else "",
        },
        ("balance of the books", *(row["feed_name"] for row in rows)),
    )


def _parity(reading: "Reading") -> Page:
    return _made(_PARITY, "parity", {"parity": parity(reading.project)}, ("certificate BigQuery",))
