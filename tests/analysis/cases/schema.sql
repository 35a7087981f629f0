-- The shop that the cases speak of. Only what `--schema FILE` promises to read: tables, simple views, ALTER TABLE.
CREATE SCHEMA sales;
CREATE SCHEMA archive;
CREATE SCHEMA "Odd Schema";

CREATE TABLE public.customers (
    id integer PRIMARY KEY,
    name text NOT NULL,
    email text,
    country char(2) DEFAULT 'DE',
    credit numeric(10,2) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES public.customers,
    status text NOT NULL DEFAULT 'new',
    total numeric(10,2) NOT NULL,
    note text,
    placed_at timestamptz NOT NULL DEFAULT now(),
    tags text[],
    meta jsonb
);

CREATE TABLE public.products (
    sku text PRIMARY KEY,
    title text NOT NULL,
    price numeric(10,2) NOT NULL,
    weight integer,
    category_id integer
);

CREATE TABLE public.items (
    order_id bigint REFERENCES public.orders,
    position integer,
    sku text REFERENCES public.products,
    quantity integer NOT NULL DEFAULT 1,
    price numeric(10,2) NOT NULL,
    PRIMARY KEY (order_id, position)
);

CREATE TABLE public.categories (
    id integer PRIMARY KEY,
    parent_id integer REFERENCES public.categories,
    name text NOT NULL UNIQUE
);

-- The same name in three schemas, with other columns each.
CREATE TABLE sales.orders (id bigint PRIMARY KEY, region text, total numeric, amount numeric);
CREATE TABLE archive.orders (id bigint, total numeric, archived_on date);
CREATE TABLE sales.targets (region text, year integer, amount numeric, PRIMARY KEY (region, year));

CREATE TABLE public.events (at timestamptz NOT NULL, kind text, order_id bigint, payload jsonb) PARTITION BY RANGE (at);
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

CREATE TABLE public.vehicles (id integer PRIMARY KEY, wheels integer, plate text);
CREATE TABLE public.trucks (payload_kg integer) INHERITS (public.vehicles);

-- Attribute numbers with holes, and a column that came later.
CREATE TABLE public.gaps (a integer, gone integer, b integer, gone_too text, c integer);
ALTER TABLE public.gaps DROP COLUMN gone;
ALTER TABLE public.gaps DROP COLUMN gone_too;
ALTER TABLE public.gaps ADD COLUMN d integer;

CREATE TABLE public.prices (sku text, net numeric, vat numeric, gross numeric GENERATED ALWAYS AS (net + vat) STORED);

CREATE TABLE public."Mixed Case" ("Id" integer, "Camel Case" text, "select" integer, plain integer, "ü" text, "quo""te" text);
CREATE TABLE "Odd Schema".orders ("order" integer, "Total" numeric);
CREATE TABLE public.a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_case (
    a_column_whose_name_is_exactly_sixty_three_bytes_long_for_cases integer,
    short integer
);
CREATE TABLE public.narrow (id bigint);
CREATE TABLE public.empty ();
CREATE TABLE public.pairs (a integer, b integer, orders integer);

CREATE VIEW public.open_orders AS
    SELECT o.id, o.customer_id, o.total FROM public.orders o WHERE o.status = 'open';
CREATE VIEW public.order_lines (order_id, customer, sku, line_total) AS
    SELECT o.id, c.name, i.sku, i.quantity * i.price
    FROM public.orders o JOIN public.customers c ON c.id = o.customer_id JOIN public.items i ON i.order_id = o.id;
CREATE VIEW public.all_customers AS SELECT * FROM public.customers;
CREATE VIEW public.open_by_customer AS
    SELECT customer_id, count(*) AS orders, sum(total) AS total FROM public.open_orders GROUP BY customer_id;
