-- A move is a surprise when it lies further from the usual one than earlier weeks and the number of
-- orders let expect, and is worth telling to the whole shop. A bound of the orders' own: a count
-- varies by its root. Prices do not vary by chance; there earlier weeks say all.
{%- set numeric = dbt.type_numeric() %}
{%- set float = dbt.type_float() %}

with

moves as (

    select * from {{ ref('int_sales_noise') }}

),

shop as (

    select
        week_start_date,
        compared_with,
        greatest(net_sales_amount, base_net_sales_amount) as shop_amount
    from moves
    where dimension_name = 'shop' and move_name = 'total'

),

moves_beside_noise as (

    select
        moves.*,
        case
            when moves.dimension_name = 'shop' then {{ var('bulletin_shop_noise_factor') }}
            else {{ var('bulletin_member_noise_factor') }}
        end
        * greatest(
            1.4826 * coalesce(moves.usual_deviation_rate, 0),
            case
                when moves.move_name in ('price', 'promotion') then 0.005
                else
                    sqrt(
                        1.0 / greatest(moves.even_order_count, 1)
                        + 1.0 / greatest(moves.base_even_order_count, 1)
                    )
            end
        ) as noise_rate,
        abs(moves.move_amount)
        >= {{ var('bulletin_least_share') }} * shop.shop_amount as is_worth_telling
    from moves
    inner join shop
        on moves.week_start_date = shop.week_start_date
        and moves.compared_with = shop.compared_with

),

rpt_sales_surprises as (

    select
        week_start_date,
        week_end_date,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        base_start_date,
        cast(dimension_name as {{ dbt.type_string() }}) as dimension_name,
        cast(member_name as {{ dbt.type_string() }}) as member_name,
        cast(move_name as {{ dbt.type_string() }}) as effect_name,
        cast(move_amount as {{ numeric }}) as effect_amount,
        cast(net_sales_amount as {{ numeric }}) as net_sales_amount,
        cast(base_net_sales_amount as {{ numeric }}) as base_net_sales_amount,
        cast(move_rate as {{ numeric }}) as move_rate,
        cast(earlier_week_count as {{ dbt.type_bigint() }}) as earlier_week_count,
        cast(usual_move_rate as {{ numeric }}) as usual_move_rate,
        cast(noise_rate as {{ numeric }}) as noise_rate,
        coalesce(
            earlier_week_count >= {{ var('bulletin_least_earlier_week_count') }}
            and is_worth_telling
            and abs(move_rate - usual_move_rate) > noise_rate,
            false
        ) as is_surprise,
        currency_code
    from moves_beside_noise

)

select * from rpt_sales_surprises
