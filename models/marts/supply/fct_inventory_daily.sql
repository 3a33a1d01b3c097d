-- A row tells what the stock was before its day, for what came and went stands beside what is left.
-- So the 28 days up to a day say all about it, and a touched day recomputes the 27 after it.
{%- set feeds = ["inventory_snapshots"] %}
{{ by_day(
    "stock_date",
    cluster_by=["store_id", "sku"],
    replaced="{{ dates_of(
        days_touched(ref('stg_ops__touched_days'), 'touched_utc_date', ['inventory_snapshots']),
        after=27
    ) }}",
) }}
{%- set days = days_touched(ref('stg_ops__touched_days'), 'touched_utc_date', feeds) %}
{%- set of_pair = "partition by store_id, sku order by day_number" %}
{%- set of_28_days = of_pair ~ " range between 27 preceding and current row" %}

with

inventory_snapshots as (

    select
        *,
        on_hand_unit_count
        - received_unit_count
        + sold_unit_count
        + written_off_unit_count as opening_unit_count,
        {{ dbt.datediff("cast('2000-01-01' as date)", "stock_date", "day") }} as day_number
    from {{ ref('stg_erp__inventory_snapshots') }}
    {% if is_incremental() -%}
    where {{ in_days("stock_date", days, before=27, after=27) }}
    {%- endif %}

),

-- On the days between two rows the stock is what the later one opens with.
stock_outs_counted as (

    select
        *,
        case
            when opening_unit_count <= 0
                then coalesce(day_number - lag(day_number) over ({{ of_pair }}) - 1, 0)
            else 0
        end as empty_days_before_count,
        case
            when greatest(opening_unit_count, received_unit_count, on_hand_unit_count) <= 0 then 1
            else 0
        end as empty_day_count
    from inventory_snapshots

),

-- Of the days between the first row of the 28 days and the row before it, those of the 28 count.
days_added_up as (

    select
        *,
        sum(sold_unit_count) over ({{ of_28_days }}) as sold_28_day_unit_count,
        sum(written_off_unit_count) over ({{ of_28_days }}) as written_off_28_day_unit_count,
        28
        - sum(empty_days_before_count + empty_day_count) over ({{ of_28_days }})
        + first_value(empty_days_before_count) over ({{ of_28_days }})
        - case
            when first_value(opening_unit_count) over ({{ of_28_days }}) <= 0
                then first_value(day_number) over ({{ of_28_days }}) - (day_number - 27)
            else 0
        end as stocked_28_day_count
    from stock_outs_counted

),

rates_computed as (

    select
        *,
        case
            when sold_28_day_unit_count > 0
                then
                    greatest(on_hand_unit_count, 0) * greatest(stocked_28_day_count, 1)
                    / cast(sold_28_day_unit_count as {{ dbt.type_numeric() }})
        end as days_of_cover,
        case
            when
                sold_28_day_unit_count >= 0
                and on_hand_unit_count >= 0
                and on_hand_unit_count
                + sold_28_day_unit_count
                + greatest(written_off_28_day_unit_count, 0) > 0
                then
                    sold_28_day_unit_count
                    / cast(
                        on_hand_unit_count
                        + sold_28_day_unit_count
                        + greatest(written_off_28_day_unit_count, 0)
                        as {{ dbt.type_numeric() }}
                    )
        end as sell_through_rate
    from days_added_up
    {% if is_incremental() -%}
    where {{ in_days("stock_date", days, after=27) }}
    {%- endif %}

),

fct_inventory_daily as (

    select
        stock_date,
        store_id,
        sku,
        cast(opening_unit_count as {{ dbt.type_bigint() }}) as opening_unit_count,
        cast(received_unit_count as {{ dbt.type_bigint() }}) as received_unit_count,
        cast(sold_unit_count as {{ dbt.type_bigint() }}) as sold_unit_count,
        cast(written_off_unit_count as {{ dbt.type_bigint() }}) as written_off_unit_count,
        cast(on_hand_unit_count as {{ dbt.type_bigint() }}) as on_hand_unit_count,
        cast(inbound_unit_count as {{ dbt.type_bigint() }}) as inbound_unit_count,
        on_hand_unit_count <= 0 as is_stocked_out,
        cast(sold_28_day_unit_count as {{ dbt.type_bigint() }}) as sold_28_day_unit_count,
        cast(stocked_28_day_count as {{ dbt.type_bigint() }}) as stocked_28_day_count,
        cast(days_of_cover as {{ dbt.type_numeric() }}) as days_of_cover,
        cast(sell_through_rate as {{ dbt.type_numeric() }}) as sell_through_rate
    from rates_computed

)

select * from fct_inventory_daily
