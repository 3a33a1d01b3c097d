{#- The probability of being a customer yet, from the rows of lifetime_value_survival at the last
    purchase and at the cut-off; null without them. Who bought on the last day has the same odds
    twice, but for the last digit. -#}
{% macro lifetime_alive(at_last, at_cutoff) -%}
    case
        when {{ at_cutoff }}.log_alive is not null
            then
                least(
                    1 / (
                        1
                        + {{ lifetime_odds(at_last ~ ".log_ended - " ~ at_cutoff ~ ".log_alive") }}
                        - {{ lifetime_odds(at_cutoff ~ ".log_left_later - " ~ at_cutoff ~ ".log_alive") }}
                    ),
                    1
                )
    end
{%- endmacro %}
