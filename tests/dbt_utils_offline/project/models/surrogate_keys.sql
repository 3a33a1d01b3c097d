with

pairs as (

    select 'both' as pair, 'a' as left_part, 1 as right_part
    union all
    select 'null', null, 1
    union all
    select 'empty', '', 1
    union all
    select 'all_null', null, null

),

surrogate_keys as (

    select
        pair,
        {{ dbt_utils.generate_surrogate_key(["left_part", "right_part"]) }} as key_of_two,
        {{ dbt_utils.generate_surrogate_key(["right_part"]) }} as key_of_one
    from pairs

)

select * from surrogate_keys
