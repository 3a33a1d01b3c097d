{% macro test_reads_bounded_inputs(model) %}
    {%- set counts = [] -%}
    {%- set bound = {} -%}
    {%- if execute -%}
        {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") -%}
        {%- set fit = models | selectattr("name", "equalto", model.identifier) | first -%}
        {%- do bound.update(fit.config.meta) -%}
        {%- if "largest_input_row_count" not in bound -%}
            {%- do exceptions.raise_compiler_error(
                fit.original_file_path ~ " reads its inputs into memory: say in the model's"
                ~ " config.meta.largest_input_row_count how many rows each has at most."
            ) -%}
        {%- endif -%}
        {%- for input in fit.depends_on.nodes -%}
            {%- set node = graph.nodes[input] -%}
            {%- set relation = api.Relation.create(node.database, node.schema, node.alias) -%}
            {%- do counts.append(
                "select '" ~ node.name ~ "' as input_name, count(*) as row_count from " ~ relation
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    select *
    from (
        {{ counts | join(" union all ") or "select 'none' as input_name, 0 as row_count" }}
    ) as inputs
    where row_count > {{ bound.get("largest_input_row_count", 0) }}
{% endmacro %}
