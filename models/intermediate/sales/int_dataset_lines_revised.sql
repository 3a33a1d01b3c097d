-- A published data set declares no times: a line that a correction left as it was is here, too,
-- known without a break.
{{ by_day(
    "order_date",
    cluster_by=["order_id"],
    replaced="{{ dates_of(days_touched()) }}",
) }}
{%- set days = days_touched() %}

with

transactions as (

    select
        delivery_id,
        basket_id as order_id,
        household_id as customer_id,
        'sale' as line_type,
        raw_event_time,
        {{ to_reporting_date("transacted_at") }} as order_date,
        sales_value_amount as net_sales_amount
    from {{ ref('stg_accepted__transactions') }}
    {% if is_incremental() -%}
    where {{ in_days("raw_event_time", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

invoice_lines as (

    select
        delivery_id,
        invoice_number as order_id,
        customer_number as customer_id,
        {{ invoice_line_type("invoice_number", "quantity") }} as line_type,
        raw_event_time,
        {{ to_reporting_date("invoiced_at") }} as order_date,
        cast(quantity * unit_price_amount as {{ dbt.type_numeric() }}) as net_sales_amount
    from {{ ref('stg_accepted__invoice_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("raw_event_time", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

deliveries as (

    select * from {{ ref('int_sales_deliveries_dated') }}

),

lines_of_all_sources as (

    select * from transactions
    union all
    select * from invoice_lines

),

lines_joined as (

    select
        lines_of_all_sources.*,
        deliveries.is_correction,
        deliveries.reached_date,
        deliveries.replaced_date,
        coalesce(
            cast(lines_of_all_sources.raw_event_time as date) < deliveries.late_before_utc_date,
            false
        ) as is_late
    from lines_of_all_sources
    inner join deliveries
        on lines_of_all_sources.delivery_id = deliveries.delivery_id

),

int_dataset_lines_revised as (

    select
        order_id,
        customer_id,
        line_type,
        order_date,
        net_sales_amount,
        case
            when is_correction or is_late then greatest(order_date, reached_date)
            else order_date
        end as known_from_date,
        replaced_date as known_to_date
    from lines_joined
    where
        (is_correction or is_late or replaced_date is not null)
        {% if is_incremental() -%}
        and {{ in_days("order_date", days) }}
        {%- endif %}

)

select * from int_dataset_lines_revised
