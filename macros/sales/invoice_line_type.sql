{#- Type of a line of UCI Online Retail; int_dataset_lines_unified says why. -#}
{% macro invoice_line_type(invoice_number, quantity) -%}
    case
        when {{ invoice_number }} like 'C%' then 'return'
        when {{ invoice_number }} like 'A%' or {{ quantity }} < 0 then 'adjustment'
        else 'sale'
    end
{%- endmacro %}
