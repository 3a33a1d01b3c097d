-- Of the scores whose range begins at or below the value, the customer gets the last one.
{%- set measures = {
    "recency": ("recency_day_count", range(1, rfm_score_count() + 1)),
    "frequency": ("frequency_order_count", range(rfm_score_count(), 0, -1)),
    "monetary": ("monetary_amount", range(rfm_score_count(), 0, -1)),
} %}

with

customers_scored as (

    select
        customers.*,
        {%- for measure, (column, scores) in measures.items() %}
        case
            {%- for score in scores %}
            when customers.{{ column }} >= cut_points.{{ measure }}_{{ score }}_from
                then {{ score }}
            {%- endfor %}
            else cut_points.{{ measure }}_lowest_score
        end as {{ measure }}_score{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_customers_rfm_measured') }} as customers
    inner join {{ ref('int_rfm_cut_points_pivoted') }} as cut_points
        on customers.as_of_date = cut_points.as_of_date

),

int_customers_rfm_scored as (

    select
        customers_scored.customer_id,
        customers_scored.as_of_date,
        customers_scored.recency_day_count,
        customers_scored.frequency_order_count,
        customers_scored.monetary_amount,
        cast(customers_scored.recency_score as {{ dbt.type_bigint() }}) as recency_score,
        cast(customers_scored.frequency_score as {{ dbt.type_bigint() }}) as frequency_score,
        cast(customers_scored.monetary_score as {{ dbt.type_bigint() }}) as monetary_score,
        segments.segment_name
    from customers_scored
    inner join {{ ref('int_rfm_segments_spread') }} as segments
        on customers_scored.recency_score = segments.recency_score
        and customers_scored.frequency_score = segments.frequency_score
        and customers_scored.monetary_score = segments.monetary_score

)

select * from int_customers_rfm_scored
