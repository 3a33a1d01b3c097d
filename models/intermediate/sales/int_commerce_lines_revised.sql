-- Only lines of which it makes a difference when they became known are here: a handful, found in
-- one look at the ids and times of all versions.
{{ by_day(
    "order_date",
    cluster_by=["order_id"],
    replaced="{{ dates_of(days_touched()) }}",
) }}
{%- set days = days_touched() %}

with

versions as (

    select * from {{ ref('int_commerce_versions_unified') }}
    {% if is_incremental() -%}
    where {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

deliveries as (

    select * from {{ ref('int_sales_deliveries_dated') }}
    where source_name = 'commerce'

),

superseded_lines as (

    select
        superseded.feed_name,
        superseded.delivery_id,
        superseded.delivery_line,
        min(deliveries.reached_date) as superseded_date
    from {{ ref('stg_ops__superseded_lines') }} as superseded
    inner join deliveries
        on superseded.superseding_delivery_id = deliveries.delivery_id
    group by superseded.feed_name, superseded.delivery_id, superseded.delivery_line

),

versions_joined as (

    select
        versions.*,
        cast(versions.ordered_at as date) as utc_date,
        deliveries.published_seq,
        deliveries.reached_date,
        superseded_lines.superseded_date,
        coalesce(cast(versions.ordered_at as date) < deliveries.late_before_utc_date, false)
            as is_late
    from versions
    inner join deliveries
        on versions.delivery_id = deliveries.delivery_id
    left join superseded_lines
        on versions.feed_name = superseded_lines.feed_name
        and versions.delivery_id = superseded_lines.delivery_id
        and versions.delivery_line = superseded_lines.delivery_line

),

lines_superseded as (

    select distinct order_line_id from versions_joined
    where superseded_date is not null

),

-- A line that was void from its first version on never counted. A version that moves a line to
-- another day ends the line on the one and begins it on the other.
versions_in_order as (

    select
        versions_joined.*,
        {{ to_reporting_date("versions_joined.ordered_at") }} as order_date,
        {{ to_reporting_date("versions_joined.updated_at") }} as updated_date,
        lag(versions_joined.updated_at) over (
            partition by versions_joined.order_line_id, versions_joined.utc_date
            order by versions_joined.updated_at, versions_joined.published_seq
        ) as earlier_updated_at
    from versions_joined
    left join lines_superseded
        on versions_joined.order_line_id = lines_superseded.order_line_id
    where
        lines_superseded.order_line_id is not null
        or (
            not versions_joined.is_void
            and (versions_joined.is_late or versions_joined.updated_at > versions_joined.ordered_at)
        )

),

versions_known as (

    select
        *,
        greatest(
            order_date,
            updated_date,
            case
                when is_late or coalesce(updated_at <= earlier_updated_at, false) then reached_date
                else order_date
            end
        ) as known_from_date
    from versions_in_order

),

int_commerce_lines_revised as (

    select
        order_line_id,
        order_id,
        customer_id,
        sku,
        line_type,
        is_void,
        is_discounted,
        sold_at,
        order_date,
        net_amount,
        currency_code,
        known_from_date,
        coalesce(
            min(known_from_date) over (
                partition by order_line_id, utc_date
                order by updated_at, published_seq
                rows between 1 following and unbounded following
            ),
            superseded_date
        ) as known_to_date
    from versions_known
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

)

select * from int_commerce_lines_revised
