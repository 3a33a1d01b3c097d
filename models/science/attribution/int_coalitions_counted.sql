-- What Shapley values are fitted on, bounded whatever the number of journeys: a set of channels
-- that fewer than one in 20,000 journeys met counts as all channels, so at most 20,000 are told.
{%- set largest_coalition_count = 20000 %}

with

journeys as (

    select distinct
        journey_id,
        channel_group,
        order_id is not null as has_order
    from {{ ref('int_journeys_cut') }}

),

coalitions_met as (

    select
        journey_id,
        has_order,
        string_agg(channel_group, ' + ' order by channel_group) as coalition
    from journeys
    group by journey_id, has_order

),

journeys_counted as (

    select count(*) as journey_count from coalitions_met

),

coalitions_counted as (

    select
        coalition,
        count(*) as journey_count,
        sum(case when has_order then 1 else 0 end) as conversion_count
    from coalitions_met
    group by coalition

),

coalitions_named as (

    select
        case
            when
                coalitions_counted.journey_count * {{ largest_coalition_count }}
                >= journeys_counted.journey_count
                then coalitions_counted.coalition
            else '*'
        end as coalition,
        coalitions_counted.journey_count,
        coalitions_counted.conversion_count
    from coalitions_counted
    cross join journeys_counted

),

int_coalitions_counted as (

    select
        coalition,
        cast(sum(journey_count) as {{ dbt.type_bigint() }}) as journey_count,
        cast(sum(conversion_count) as {{ dbt.type_bigint() }}) as conversion_count
    from coalitions_named
    group by coalition

)

select * from int_coalitions_counted
