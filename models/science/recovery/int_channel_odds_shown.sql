-- What a touch of a channel does to the odds of an order, as a method's credit shows it.
with

credits as (

    select
        method,
        channel_group,
        sum(credit_share) as credit,
        sum(sum(credit_share)) over (partition by method) as credit_of_all
    from {{ ref('fct_attribution') }}
    where channel_group != 'no_touch'
    group by method, channel_group

),

idle_touches as (

    select
        channel_group,
        cast(count(*) as {{ dbt.type_float() }}) as touch_count,
        sum(count(*)) over () as touch_count_of_all
    from {{ ref('int_journeys_cut') }}
    where order_id is null
    group by channel_group

),

int_channel_odds_shown as (

    select
        credits.method,
        credits.channel_group,
        (credits.credit / credits.credit_of_all)
        / (idle_touches.touch_count / idle_touches.touch_count_of_all) as odds
    from credits
    inner join idle_touches
        on credits.channel_group = idle_touches.channel_group

)

select * from int_channel_odds_shown
