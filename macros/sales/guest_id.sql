{#- Id of a customer without an account: all orders with one e-mail address are one guest's. -#}
{% macro guest_id(email_hash) -%}
    {{ dbt.concat(["'guest-'", email_hash]) }}
{%- endmacro %}
