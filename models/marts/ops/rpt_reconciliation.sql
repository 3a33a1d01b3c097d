{%- set kinds = [
    "delivered",
    "accepted",
    "quarantined",
    "rejected",
    "superseded",
    "replayed",
    "waived",
    "open",
] -%}

with

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

feeds_in_marts as (

    select * from {{ ref('int_feeds_counted_in_marts') }}

),

books as (

    select * from {{ ref('int_books_checked') }}

),

deliveries_added_up as (

    select
        source_name,
        feed_name,
        {%- for kind in kinds %}
        sum({{ kind }}_record_count) as {{ kind }}_record_count,
        sum({{ kind }}_amount) as {{ kind }}_amount,
        {%- endfor %}
        sum(unreadable_record_count) as unreadable_record_count
    from deliveries
    group by source_name, feed_name

),

-- From both sides: a feed that nobody delivered has an empty mart, a feed without a mart is a
-- difference.
feeds_joined_to_deliveries as (

    select
        coalesce(feeds_in_marts.source_name, deliveries_added_up.source_name) as source_name,
        coalesce(feeds_in_marts.feed_name, deliveries_added_up.feed_name) as feed_name,
        coalesce(feeds_in_marts.mart_name, 'none') as mart_name,
        {%- for kind in kinds %}
        coalesce(deliveries_added_up.{{ kind }}_record_count, 0) as {{ kind }}_record_count,
        coalesce(deliveries_added_up.{{ kind }}_amount, 0) as {{ kind }}_amount,
        {%- endfor %}
        coalesce(deliveries_added_up.unreadable_record_count, 0) as unreadable_record_count,
        {%- for kind in ["deleted", "mart"] %}
        coalesce(feeds_in_marts.{{ kind }}_record_count, 0) as {{ kind }}_record_count,
        coalesce(feeds_in_marts.{{ kind }}_amount, 0) as {{ kind }}_amount,
        {%- endfor %}
        books.unbalanced_amount,
        books.open_order_count
    from feeds_in_marts
    full outer join deliveries_added_up
        on feeds_in_marts.source_name = deliveries_added_up.source_name
        and feeds_in_marts.feed_name = deliveries_added_up.feed_name
    left join books
        on feeds_in_marts.source_name = books.source_name
        and feeds_in_marts.feed_name = books.feed_name

),

-- Two balances, each without its sign, so that a row lost at the gate never hides one too many in
-- the mart.
feeds_balanced as (

    select
        {%- for measure in ["record_count", "amount"] %}
        abs(
            delivered_{{ measure }}
            - accepted_{{ measure }}
            - quarantined_{{ measure }}
            - rejected_{{ measure }}
        ) + abs(
            accepted_{{ measure }}
            + replayed_{{ measure }}
            - superseded_{{ measure }}
            - deleted_{{ measure }}
            - mart_{{ measure }}
        ) as unexplained_{{ measure }},
        {%- endfor %}
        *
    from feeds_joined_to_deliveries

),

rpt_reconciliation as (

    select
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(feed_name as {{ dbt.type_string() }}) as feed_name,
        cast(mart_name as {{ dbt.type_string() }}) as mart_name,
        {%- for kind in kinds + ["deleted", "mart", "unexplained"] %}
        cast({{ kind }}_record_count as {{ dbt.type_bigint() }}) as {{ kind }}_record_count,
        cast({{ kind }}_amount as {{ dbt.type_numeric() }}) as {{ kind }}_amount,
        {%- endfor %}
        cast(unreadable_record_count as {{ dbt.type_bigint() }}) as unreadable_record_count,
        unbalanced_amount,
        open_order_count,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from feeds_balanced

)

select * from rpt_reconciliation
