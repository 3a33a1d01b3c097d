-- A case is a customer at a cut-off. Who is drawn depends on both, so that nobody is in all
-- samples. The rows of a purpose, horizon and role are capped, those of tests per cut-off.
{%- set largest = {"train": 20000, "calibrate": 10000, "test": 10000} %}

with

cut_offs as (

    select
        *,
        case when role = 'test' then cut_off_date end as test_date
    from {{ ref('int_churn_cut_offs') }}

),

customers as (

    select * from {{ ref('int_churn_customers_drawn') }}

),

cases as (

    select
        cut_offs.*,
        customers.customer_id,
        customers.customer_weight,
        {{ dbt.hash(dbt.concat([
            "customers.customer_id",
            "'|'",
            "cast(cut_offs.cut_off_date as " ~ dbt.type_string() ~ ")",
        ])) }} as case_hash
    from cut_offs
    inner join customers
        on cut_offs.cut_off_date >= customers.first_known_date

),

cases_ranked as (

    select
        *,
        case
            {%- for role, count in largest.items() %}
            when role = '{{ role }}' then {{ count }}
            {%- endfor %}
        end as largest_count,
        count(*) over (
            partition by purpose, horizon_week_count, role, test_date
        ) as case_count,
        row_number() over (
            partition by purpose, horizon_week_count, role, test_date
            order by case_hash, customer_id, cut_off_date
        ) as hash_rank
    from cases

),

int_churn_cases_drawn as (

    select
        purpose,
        horizon_week_count,
        role,
        customer_id,
        cut_off_date,
        outcome_date,
        cast(
            customer_weight * greatest(case_count, largest_count) / largest_count
            as {{ dbt.type_numeric() }}
        ) as sample_weight
    from cases_ranked
    where hash_rank <= largest_count

)

select * from int_churn_cases_drawn
