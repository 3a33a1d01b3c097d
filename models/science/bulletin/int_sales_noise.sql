-- How far a slice moves in ordinary weeks: the median of its moves in the half year before, and
-- the median of how far they lie from it. Neither minds a Black Friday among them. A move is a
-- share of the mean of both weeks, so that what comes or goes is 2 or -2 and no logarithm of zero.
{%- set slice = "week_start_date, compared_with, dimension_name, member_name, move_name" %}

with

drivers as (

    select * from {{ ref('rpt_sales_drivers') }}
    where net_sales_amount + base_net_sales_amount > 0

),

effects_and_total as (

    select
        *,
        effect_name as move_name,
        effect_amount as move_amount
    from drivers
    union all
    select
        *,
        'total' as move_name,
        net_sales_amount - base_net_sales_amount as move_amount
    from drivers
    where effect_number = 1

),

moves as (

    select
        *,
        2 * cast(move_amount as {{ dbt.type_float() }})
        / cast(net_sales_amount + base_net_sales_amount as {{ dbt.type_float() }}) as move_rate
    from effects_and_total

),

weeks_told as (

    select * from {{ ref('int_sales_weeks_compared') }}
    where week_number <= {{ var('bulletin_told_week_count') }}

),

earlier_moves as (

    select
        weeks_told.week_start_date,
        moves.compared_with,
        moves.dimension_name,
        moves.member_name,
        moves.move_name,
        moves.move_rate,
        moves.week_start_date as earlier_start_date
    from weeks_told
    inner join moves
        on weeks_told.compared_with = moves.compared_with
        and weeks_told.week_start_date > moves.week_start_date
        and {{ add_days("weeks_told.week_start_date", -182) }} <= moves.week_start_date

),

moves_ranked as (

    select
        *,
        count(*) over (partition by {{ slice }}) as earlier_week_count,
        row_number() over (
            partition by {{ slice }} order by move_rate, earlier_start_date
        ) as place
    from earlier_moves

),

medians as (

    select
        *,
        avg(
            case
                when 2 * place between earlier_week_count and earlier_week_count + 2 then move_rate
            end
        ) over (partition by {{ slice }}) as usual_move_rate
    from moves_ranked

),

deviations_ranked as (

    select
        *,
        abs(move_rate - usual_move_rate) as deviation_rate,
        row_number() over (
            partition by {{ slice }} order by abs(move_rate - usual_move_rate), earlier_start_date
        ) as deviation_place
    from medians

),

deviations_halved as (

    select
        {{ slice }},
        earlier_week_count,
        usual_move_rate,
        avg(deviation_rate) as usual_deviation_rate
    from deviations_ranked
    where 2 * deviation_place between earlier_week_count and earlier_week_count + 2
    group by {{ slice }}, earlier_week_count, usual_move_rate

),

int_sales_noise as (

    select
        moves.week_start_date,
        moves.week_end_date,
        moves.compared_with,
        moves.base_start_date,
        moves.dimension_name,
        moves.member_name,
        moves.move_name,
        moves.move_amount,
        moves.move_rate,
        moves.net_sales_amount,
        moves.base_net_sales_amount,
        moves.even_order_count,
        moves.base_even_order_count,
        moves.currency_code,
        coalesce(deviations_halved.earlier_week_count, 0) as earlier_week_count,
        deviations_halved.usual_move_rate,
        deviations_halved.usual_deviation_rate
    from moves
    inner join weeks_told
        on moves.week_start_date = weeks_told.week_start_date
        and moves.compared_with = weeks_told.compared_with
    left join deviations_halved
        on moves.week_start_date = deviations_halved.week_start_date
        and moves.compared_with = deviations_halved.compared_with
        and moves.dimension_name = deviations_halved.dimension_name
        and moves.member_name = deviations_halved.member_name
        and moves.move_name = deviations_halved.move_name

)

select * from int_sales_noise
