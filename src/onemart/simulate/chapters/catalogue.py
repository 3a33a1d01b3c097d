"""What is sold and where: products with their prices over time, and stores.

Saves `categories`, `products` (one row per product), `product_versions` (one row per product and change),
`stores` and `tax_rates`; emits erp.products and erp.stores; its truths are `products` and `stores`.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# Share of lines, price from and to, week and strength of the yearly peak, mean price elasticity, share of
# serialised products, months of warranty, grams.
_CATEGORIES = """
select * from (values
    (1, 'Food', 'Fresh Produce', ['Fruit', 'Vegetables', 'Herbs'], 11.0, 0.69, 4.99, 26, 0.2, 1.2, 'reduced', 0.0, 0, 600),
    (2, 'Food', 'Bakery', ['Bread', 'Pastry'], 8.0, 0.39, 4.49, 50, 0.2, 0.9, 'reduced', 0.0, 0, 400),
    (3, 'Food', 'Dairy', ['Milk', 'Cheese', 'Yoghurt'], 10.0, 0.59, 6.49, 20, 0.1, 1.1, 'reduced', 0.0, 0, 500),
    (4, 'Food', 'Beverages', ['Water', 'Juice', 'Coffee'], 8.0, 0.49, 9.99, 28, 0.4, 1.6, 'standard', 0.0, 0, 1100),
    (5, 'Food', 'Snacks', ['Chocolate', 'Crisps', 'Nuts'], 8.0, 0.79, 5.99, 51, 0.5, 2.0, 'reduced', 0.0, 0, 200),
    (6, 'Food', 'Frozen Food', ['Pizza', 'Ice Cream', 'Vegetables'], 5.0, 1.29, 8.99, 28, 0.3, 1.7, 'reduced', 0.0, 0, 700),
    (7, 'Food', 'Pantry', ['Pasta', 'Sauces', 'Baking'], 8.0, 0.79, 7.99, 48, 0.2, 1.4, 'reduced', 0.0, 0, 600),
    (8, 'Household', 'Cleaning', ['Kitchen', 'Bathroom'], 4.0, 1.19, 9.99, 14, 0.3, 1.5, 'standard', 0.0, 0, 900),
    (9, 'Household', 'Laundry', ['Detergent', 'Softener'], 3.0, 2.49, 19.99, 10, 0.1, 2.4, 'standard', 0.0, 0, 2000),
    (10, 'Household', 'Paper Goods', ['Tissue', 'Kitchen Rolls'], 4.0, 0.99, 12.99, 8, 0.1, 1.8, 'standard', 0.0, 0, 900),
    (11, 'Beauty', 'Skin Care', ['Face', 'Body', 'Sun'], 4.0, 2.99, 49.99, 27, 0.5, 1.5, 'standard', 0.0, 0, 250),
    (12, 'Beauty', 'Hair Care', ['Shampoo', 'Styling'], 3.0, 1.99, 24.99, 24, 0.1, 1.7, 'standard', 0.0, 0, 350),
    (13, 'Beauty', 'Fragrance', ['Women', 'Men'], 1.5, 19.99, 129.99, 51, 2.0, 1.3, 'standard', 0.0, 0, 300),
    (14, 'Home', 'Kitchenware', ['Cookware', 'Tableware'], 3.0, 4.99, 149.99, 50, 0.8, 1.6, 'standard', 0.0, 24, 1500),
    (15, 'Home', 'Bedding', ['Duvets', 'Linen'], 1.5, 9.99, 179.99, 4, 0.5, 1.8, 'standard', 0.0, 0, 1800),
    (16, 'Home', 'Lighting', ['Lamps', 'Bulbs'], 1.5, 3.99, 119.99, 46, 0.6, 1.4, 'standard', 0.0, 24, 1200),
    (17, 'Home', 'Garden', ['Tools', 'Plants', 'Furniture'], 2.5, 2.99, 249.99, 18, 2.0, 1.5, 'standard', 0.0, 12, 3000),
    (18, 'Electronics', 'Phones', ['Smartphones', 'Cases'], 1.2, 14.99, 999.99, 48, 1.2, 2.1, 'standard', 0.7, 24, 400),
    (19, 'Electronics', 'Audio', ['Headphones', 'Speakers'], 1.5, 19.99, 399.99, 48, 1.6, 2.2, 'standard', 0.9, 24, 700),
    (20, 'Electronics', 'Small Appliances', ['Coffee Machines', 'Vacuum Cleaners', 'Toasters'], 1.6, 24.99, 599.99, 47, 1.3, 2.0, 'standard', 1.0, 24, 4000),
    (21, 'Electronics', 'Computing', ['Laptops', 'Tablets', 'Accessories'], 1.2, 19.99, 1499.99, 48, 1.1, 2.3, 'standard', 0.8, 24, 2200),
    (22, 'Gifts', 'Toys', ['Games', 'Plush', 'Building Sets'], 2.5, 4.99, 99.99, 50, 3.0, 1.8, 'standard', 0.0, 0, 800),
    (23, 'Gifts', 'Books', ['Fiction', 'Cooking', 'Children'], 3.0, 4.99, 39.99, 50, 1.0, 1.0, 'reduced', 0.0, 0, 500),
    (24, 'Gifts', 'Stationery', ['Cards', 'Wrapping', 'Pens'], 2.0, 0.99, 19.99, 50, 1.5, 1.1, 'standard', 0.0, 0, 150),
    (25, 'Vouchers', 'Gift Cards', ['Gift Cards'], 0.5, 25.00, 100.00, 51, 4.0, 0.0, 'zero', 0.0, 0, 10),
    (26, 'Vouchers', 'Deposits', ['Bottles'], 1.5, 0.25, 3.00, 28, 0.3, 0.0, 'zero', 0.0, 0, 50)
) as categories (
    category_no, department, category, subcategories, weight, lowest_price, highest_price, peak_week,
    peak_strength, elasticity, tax_class, serialised_share, warranty_month_count, weight_gram_count
)
"""

# Seven in ten products are there from the start; the others are launched one by one, for ever at that pace.
_PRODUCTS = """
with sizes as (
    select
        least(1200, 60 + customer_count() // 50) as product_count,
        date_diff('day', first_day(), base_end()) as day_count
),
launches as (
    select
        unnest(range(1, 4 * product_count)) as product_no,
        floor(0.7 * product_count)::bigint as first_count,
        0.3 * product_count / day_count as launches_per_day
    from sizes
),
dated as (
    select
        product_no,
        case
            when product_no <= first_count then first_day()::date - (30 + below(1500, u('launch', product_no)))::int
            else first_day()::date + ((product_no - first_count) / launches_per_day)::int
        end as launched_date,
        -- Vouchers have few, fixed products; they are there from the start.
        case when product_no <= 6 then 25 + (product_no > 3)::int end as fixed_category_no
    from launches
),
-- Departments get products by the price of what they sell as much as by how often they sell it.
ranges as (
    select
        category_no,
        sum((1000 * sqrt(weight))::bigint) over (order by category_no) as upto,
        sum((1000 * sqrt(weight))::bigint) over () as total
    from story.categories
    where category_no < 25
),
filed as (
    select
        dated.*,
        coalesce(fixed_category_no, (
            select min(category_no) from ranges where upto >= u('category', product_no) * total
        )) as category_no
    from dated
)
select
    product_no,
    printf('OM%05d', product_no) as sku,
    category_no,
    case category_no when 25 then 'gift_card' when 26 then 'deposit' else 'merchandise' end as product_kind,
    case
        when category_no >= 25 then 'Onemart'
        when u('own', product_no) < 0.15 then 'Onemart Basics'
        when u('own', product_no) < 0.25 then 'Onemart Select'
        else pick(
            ['Alba', 'Borealis', 'Corvo', 'Dunes', 'Elmwood', 'Fjord', 'Gallo', 'Hansa', 'Isar', 'Juno', 'Kappa', 'Lumen'],
            u('brand', product_no)
        )
    end as brand,
    department,
    category,
    pick(subcategories, u('subcategory', product_no)) as subcategory,
    case when category_no < 25 then printf('V%02d', 1 + below(30, u('supplier', product_no))) end as supplier_id,
    case
        when category_no = 25 then [25, 50, 100][product_no]
        when category_no = 26 then [0.25, 1.5, 3][product_no - 3]
        else floor(lowest_price * pow(highest_price / lowest_price, pow(u('price', product_no), 1.5)) * 10) / 10 + 0.09
    end::decimal(12, 2) as list_price_amount,
    case
        when category_no = 25 then list_price_amount::double
        when category_no = 26 then list_price_amount::double
        else list_price_amount::double * (0.42 + 0.25 * u('cost', product_no))
    end as unit_cost,
    tax_class,
    u('serialised', product_no) < serialised_share as is_serialised,
    case when list_price_amount > 15 then warranty_month_count else 0 end as warranty_month_count,
    greatest(5, (weight_gram_count * (0.3 + 1.4 * u('weight', product_no)))::int) as weight_gram_count,
    launched_date,
    case
        when category_no < 25 then launched_date + (365 + exponential(1 / 2500, u('end', product_no)))::int
    end as discontinued_date,
    -- A few sell much, most sell little.
    case when category_no >= 25 then 0.3 else exp(0.9 * normal(u('popularity', product_no))) end as popularity,
    elasticity * (0.6 + 0.8 * u('elasticity', product_no)) as elasticity
from filed
inner join story.categories using (category_no)
where greatest(launched_date, first_day()::date) >= window_start()
    and greatest(launched_date, first_day()::date) < window_end()
"""

# Prices are set anew about twice a year. A few products are filed under another category one day.
_VERSIONS = """
with moments as (
    select
        products.*,
        greatest(launched_date, first_day()::date) as shown_date,
        unnest(
            [0]
            || case when category_no < 25 then range(1, 25) else [] end
            || case when discontinued_date is not null then [99] else [] end
        ) as change_no
    from story.products
    where greatest(launched_date, first_day()::date) >= window_start()
),
dated as (
    select
        *,
        case change_no
            when 0 then shown_date
            when 99 then greatest(discontinued_date - 60, shown_date + 1)
            -- On a Monday, as promotions are by the week, too.
            else date_trunc(
                'week', shown_date + (change_no * 200 - 150 + below(100, u('repricing', product_no, change_no)))::int
            )::date
        -- The end is announced later in the night, for a product can get its last price in the same one.
        end + to_hours(case change_no when 99 then 3 else 2 end) as changed_at
    from moments
),
priced as (
    select
        *,
        case when change_no = 0 or category_no >= 25 then 0 else 1 + (changed_at::date - shown_date) // 200 end as step
    from dated
    where changed_at::date <= coalesce(discontinued_date, date '9999-12-31') or change_no = 99
),
moved as (
    select
        priced.*,
        case
            when category_no < 25 and u('moves', product_no) < 0.05 and step > 1 + below(5, u('move', product_no))
                then 1 + (category_no + 2) % 24
            else category_no
        end as filed_no
    from priced
)
select
    moved.product_no,
    moved.sku,
    moved.changed_at,
    lead(moved.changed_at) over (partition by moved.product_no order by moved.changed_at, moved.change_no)
        as next_changed_at,
    moved.brand || ' ' || moved.subcategory || ' ' || moved.product_no as product_name,
    moved.product_kind,
    moved.brand,
    categories.department,
    categories.category,
    case when moved.filed_no = moved.category_no then moved.subcategory else categories.subcategories[1] end
        as subcategory,
    moved.supplier_id,
    case
        when moved.step = 0 then moved.list_price_amount
        else cents(
            floor(
                moved.list_price_amount::double
                * (1 + 0.012 * moved.step + 0.08 * (u('reprice', moved.product_no, moved.step) - 0.5)) * 10
            ) / 10 + 0.09
        )
    end as list_price_amount,
    moved.tax_class,
    moved.is_serialised,
    moved.warranty_month_count,
    moved.weight_gram_count,
    moved.launched_date,
    case when moved.change_no = 99 then moved.discontinued_date end as discontinued_date
from moved
inner join story.categories on moved.filed_no = categories.category_no
"""

# The first six have every country; a larger shop has more of them, in this order. The last of the
# columns before the dates is the effect on sales.
_STORES = """
select * from (values
    (1, 'Berlin', 'Berlin', 'DE', 'Europe/Berlin', 0, 1.30),
    (2, 'Wien', 'Wien', 'AT', 'Europe/Vienna', 0, 1.10),
    (3, 'Zürich', 'Zürich', 'CH', 'Europe/Zurich', 0, 1.15),
    (4, 'London', 'England', 'GB', 'Europe/London', 0, 1.25),
    (5, 'New York', 'New York', 'US', 'America/New_York', 0, 1.20),
    (6, 'Las Vegas', 'Nevada', 'US', 'America/Los_Angeles', 5, 0.95),
    (7, 'Hamburg', 'Hamburg', 'DE', 'Europe/Berlin', 0, 1.10),
    (8, 'München', 'Bayern', 'DE', 'Europe/Berlin', 0, 1.20),
    (9, 'Köln', 'Nordrhein-Westfalen', 'DE', 'Europe/Berlin', 0, 1.00),
    (10, 'Leipzig', 'Sachsen', 'DE', 'Europe/Berlin', 0, 0.80),
    (11, 'Chicago', 'Illinois', 'US', 'America/Chicago', 0, 1.00),
    (12, 'Manchester', 'England', 'GB', 'Europe/London', 0, 0.90),
    (13, 'Graz', 'Steiermark', 'AT', 'Europe/Vienna', 0, 0.85),
    (14, 'Basel', 'Basel-Stadt', 'CH', 'Europe/Zurich', 0, 0.95),
    (15, 'Frankfurt', 'Hessen', 'DE', 'Europe/Berlin', 0, 1.05),
    (16, 'Stuttgart', 'Baden-Württemberg', 'DE', 'Europe/Berlin', 0, 0.95),
    (17, 'Nürnberg', 'Bayern', 'DE', 'Europe/Berlin', 0, 0.85),
    (18, 'Boston', 'Massachusetts', 'US', 'America/New_York', 0, 0.95),
    (19, 'Edinburgh', 'Scotland', 'GB', 'Europe/London', 0, 0.90),
    (20, 'Düsseldorf', 'Nordrhein-Westfalen', 'DE', 'Europe/Berlin', 0, 1.00)
) as places (place_no, city, state, country_code, time_zone, trading_day_start_hour, effect)
where place_no <= greatest(6, least(20, 6 + customer_count() // 4000))
"""

_ALL_STORES = f"""
with places as ({_STORES})
select
    0 as store_no,
    'ONLINE' as store_id,
    'Onemart Online' as store_name,
    'online' as channel,
    null as city,
    null as state,
    'DE' as country_code,
    'Europe/Berlin' as time_zone,
    0 as trading_day_start_hour,
    'EUR' as currency_code,
    cast(null as int) as floor_square_metre_count,
    1.0::double as effect,
    first_day()::date - 4000 as opened_date,
    cast(null as date) as closed_date,
    cast(null as date) as refit_from_date,
    cast(null as date) as refit_to_date
union all
select
    place_no,
    printf('S%02d', place_no),
    'Onemart ' || city,
    'store',
    city,
    state,
    country_code,
    time_zone,
    trading_day_start_hour,
    case country_code when 'CH' then 'CHF' when 'GB' then 'GBP' when 'US' then 'USD' else 'EUR' end,
    (600 + 900 * effect)::int,
    effect,
    case
        when place_no in (9, 18) then first_day()::date + 28 * place_no
        else first_day()::date - (400 + below(5000, u('opened', place_no)))::int
    end,
    case when place_no = 17 then first_day()::date + 900 end,
    case when place_no in (6, 10) then first_day()::date + 40 * place_no end,
    case when place_no in (6, 10) then first_day()::date + 40 * place_no + 20 end
from places
"""

# A row when a store is first known, one when works and one when the closure become known.
_STORE_VERSIONS = """
with noticed as (
    select
        *,
        unnest([greatest(first_day()::date, opened_date - 30), refit_from_date - 30, closed_date - 45])
            + to_hours(3) as changed_at
    from story.stores
)
select
    * replace (
        case when changed_at >= refit_from_date - 30 then refit_from_date end as refit_from_date,
        case when changed_at >= refit_from_date - 30 then refit_to_date end as refit_to_date,
        case when changed_at >= closed_date - 45 then closed_date end as closed_date
    ),
    changed_at as emitted_at
from noticed
where changed_at is not null
"""

_TAX_RATES = """
select * from (values
    ('DE', null, 'standard', 0.19), ('DE', null, 'reduced', 0.07), ('DE', null, 'zero', 0.0),
    ('AT', null, 'standard', 0.20), ('AT', null, 'reduced', 0.10), ('AT', null, 'zero', 0.0),
    ('CH', null, 'standard', 0.081), ('CH', null, 'reduced', 0.026), ('CH', null, 'zero', 0.0),
    ('GB', null, 'standard', 0.20), ('GB', null, 'reduced', 0.0), ('GB', null, 'zero', 0.0),
    ('US', null, 'standard', 0.07), ('US', null, 'reduced', 0.02), ('US', null, 'zero', 0.0)
) as rates (country_code, state, tax_class, tax_rate)
"""


def tell(story: Story) -> None:
    """Launch the window's products and, in the first window, open the stores."""
    if not story.settings.windows:
        story.save("categories", _CATEGORIES)
        story.save("stores", _ALL_STORES)
        story.save("tax_rates", _TAX_RATES)
    story.save("products", _PRODUCTS)
    story.save("product_versions", _VERSIONS)
    story.emit("erp.products", "select *, changed_at as emitted_at from story.product_versions")
    story.emit("erp.stores", _STORE_VERSIONS)
    story.truth("products", "select sku, popularity, elasticity, unit_cost from story.products")
    story.truth("stores", "select store_id, effect from story.stores")
