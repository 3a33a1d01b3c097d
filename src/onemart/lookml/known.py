"""The part of LookML that this package writes: keys of each thing, and values that it may have."""

__all__ = ["KEYS", "NEEDED", "VALUES"]

_FIELD = {
    "name", "label", "group_label", "description", "hidden", "type", "sql", "tags",
    "required_access_grants",
}  # fmt: skip

KEYS: dict[str, set[str]] = {
    "model": {
        "connection", "label", "includes", "access_grants", "datagroups", "persist_with",
        "week_start_day", "views", "explores",
    },
    "access_grant": {"name", "user_attribute", "allowed_values"},
    "datagroup": {"name", "sql_trigger", "max_cache_age"},
    "view": {
        "name", "label", "description", "sql_table_name", "derived_table", "dimensions",
        "dimension_groups", "measures", "parameters", "required_access_grants",
    },
    "derived_table": {"sql"},
    "dimension": _FIELD | {"primary_key", "value_format_name"},
    "dimension_group": _FIELD | {"timeframes", "datatype", "convert_tz", "timeframe"},
    "measure": _FIELD | {"value_format_name", "filters__all", "percentile"},
    "parameter": {"name", "label", "description", "type", "allowed_values", "default_value"},
    "explore": {
        "name", "label", "group_label", "description", "joins", "from", "hidden", "always_filter",
        "required_access_grants",
    },
    "join": {"name", "type", "relationship", "sql_on", "required_access_grants"},
    "dashboard": {
        "dashboard", "name", "title", "description", "layout", "preferred_viewer", "elements",
        "filters",
    },
    "element": {
        "name", "title", "subtitle_text", "model", "explore", "type", "fields", "sorts", "limit",
        "filters", "listen", "row", "col", "width", "height", "note_text", "note_state",
        "note_display", "pivots", "stacking",
    },
    "filter": {
        "name", "title", "type", "default_value", "model", "explore", "field",
        "allow_multiple_values", "required",
    },
}  # fmt: skip
"""What each thing may say."""

NEEDED: dict[str, set[str]] = {
    "dimension": {"type", "sql"},
    "dimension_group": {"type", "sql", "timeframes"},
    "measure": {"type", "sql"},
    "join": {"relationship", "sql_on"},
    "parameter": {"type", "allowed_values", "default_value"},
    "dashboard": {"title", "elements"},
    "element": {"title", "model", "explore", "type", "fields"},
}
"""What each must say."""

_YES_NO = {"yes", "no"}
_FORMATS = {f"{kind}_{count}" for kind in ("decimal", "percent") for count in range(5)}

VALUES: dict[tuple[str, str], set[str]] = {
    ("dimension", "type"): {"string", "number", "yesno"},
    ("dimension", "primary_key"): _YES_NO,
    ("dimension", "hidden"): _YES_NO,
    ("dimension_group", "type"): {"time"},
    ("dimension_group", "hidden"): _YES_NO,
    ("dimension_group", "datatype"): {"date", "timestamp"},
    ("dimension_group", "convert_tz"): _YES_NO,
    ("dimension_group", "timeframe"): {
        "raw", "time", "date", "week", "month", "quarter", "year", "hour_of_day", "day_of_week",
    },
    ("measure", "type"): {
        "sum", "count_distinct", "average", "min", "max", "median", "percentile", "number",
    },
    ("measure", "hidden"): _YES_NO,
    ("measure", "value_format_name"): _FORMATS,
    ("parameter", "type"): {"unquoted"},
    ("join", "type"): {"left_outer"},
    ("join", "relationship"): {"many_to_one", "one_to_one", "one_to_many", "many_to_many"},
    ("model", "week_start_day"): {"monday"},
    ("dashboard", "layout"): {"newspaper"},
    ("element", "type"): {
        "single_value", "looker_line", "looker_column", "looker_bar", "looker_grid", "looker_area",
    },
    ("filter", "type"): {"field_filter", "date_filter", "string_filter"},
}  # fmt: skip
"""What some of them may be."""
