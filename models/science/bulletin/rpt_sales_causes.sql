-- What explains the change of the week. Prices and promotions: all that changed of the products
-- concerned, price and demand alike, where the effect stands out of noise. The cause that explains
-- most comes first: of one that explains all of the change nothing is left over; one that explains
-- half leaves as much over as one that explains half too much.
{%- set numeric = dbt.type_numeric() %}
{%- set effects = {"price": "price_change", "promotion": "promotion_change"} %}

with

weeks as (

    select * from {{ ref('int_sales_weeks_compared') }}
    where week_number <= {{ var('bulletin_told_week_count') }}

),

surprises as (

    select * from {{ ref('rpt_sales_surprises') }}

),

products as (

    select * from {{ ref('int_sales_products_compared') }}
    where dimension_name in ('shop', 'category')

),

happened_weekly as (

    select * from {{ ref('int_sales_causes_weekly') }}

),

happened_on_either_side as (

    select
        weeks.week_start_date,
        weeks.compared_with,
        happened_weekly.cause_name,
        happened_weekly.dimension_name,
        happened_weekly.member_name,
        case
            when happened_weekly.week_start_date = weeks.week_start_date then 1
            else -1
        end as side,
        happened_weekly.evidence_count,
        happened_weekly.amount
    from weeks
    inner join happened_weekly
        on weeks.week_start_date = happened_weekly.week_start_date
        or weeks.base_start_date = happened_weekly.week_start_date

),

causes_found as (

    select
        week_start_date,
        compared_with,
        cause_name,
        dimension_name,
        member_name,
        sum(case when side = 1 then evidence_count else 0 end) as evidence_count,
        sum(side * amount) as explained_amount
    from happened_on_either_side
    group by week_start_date, compared_with, cause_name, dimension_name, member_name
    {% for effect, cause in effects.items() -%}
    union all
    select
        surprises.week_start_date,
        surprises.compared_with,
        '{{ cause }}' as cause_name,
        surprises.dimension_name,
        surprises.member_name,
        count(*) as evidence_count,
        sum(products.sold_amount - products.base_sold_amount) as explained_amount
    from surprises
    inner join products
        on surprises.week_start_date = products.week_start_date
        and surprises.compared_with = products.compared_with
        and surprises.dimension_name = products.dimension_name
        and surprises.member_name = products.member_name
        and surprises.effect_amount * products.{{ effect }}_log > 0
        and abs(products.{{ effect }}_log) >= 0.03
    where surprises.is_surprise and surprises.effect_name = '{{ effect }}'
    group by
        surprises.week_start_date,
        surprises.compared_with,
        surprises.dimension_name,
        surprises.member_name
    {% endfor %}
),

causes_beside_the_change as (

    select
        causes_found.*,
        surprises.effect_amount as change_amount,
        surprises.currency_code,
        cast(causes_found.explained_amount as {{ dbt.type_float() }})
        / nullif(cast(surprises.effect_amount as {{ dbt.type_float() }}), 0) as explained_share
    from causes_found
    inner join surprises
        on causes_found.week_start_date = surprises.week_start_date
        and causes_found.compared_with = surprises.compared_with
    where
        surprises.dimension_name = 'shop'
        and surprises.effect_name = 'total'
        and causes_found.explained_amount != 0

),

rpt_sales_causes as (

    select
        week_start_date,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(
            row_number() over (
                partition by week_start_date, compared_with
                order by
                    abs(explained_amount - change_amount),
                    case when dimension_name = 'shop' then 0 else 1 end,
                    dimension_name,
                    cause_name,
                    member_name
            ) as {{ dbt.type_bigint() }}
        ) as cause_number,
        cast(cause_name as {{ dbt.type_string() }}) as cause_name,
        cast(dimension_name as {{ dbt.type_string() }}) as dimension_name,
        cast(member_name as {{ dbt.type_string() }}) as member_name,
        cast(evidence_count as {{ dbt.type_bigint() }}) as evidence_count,
        cast(explained_amount as {{ numeric }}) as explained_amount,
        cast(change_amount as {{ numeric }}) as change_amount,
        cast(explained_share as {{ numeric }}) as explained_share,
        currency_code
    from causes_beside_the_change

)

select * from rpt_sales_causes
