{% macro date_spine(datepart, start_date, end_date) %}
    {{- return(
        adapter.dispatch("date_spine", "dbt_utils")(datepart, start_date, end_date)
    ) -}}
{% endmacro %}


{# dbt itself has carried this macro, with the same arguments and rows, since its 1.7. #}
{% macro default__date_spine(datepart, start_date, end_date) %}
    {{- dbt.date_spine(datepart, start_date, end_date) -}}
{% endmacro %}
