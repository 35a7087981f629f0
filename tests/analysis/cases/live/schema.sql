-- What only the live catalog knows, on top of ../schema.sql: functions, composite types, sequences and the like.
CREATE TYPE public.address AS (street text, city text, zip text);
CREATE TABLE public.people (id integer PRIMARY KEY, first_name text, last_name text, home public.address, works public.address[]);
CREATE TYPE public.measurement AS (taken_at timestamptz, value numeric);
CREATE TABLE public.typed OF public.measurement;
CREATE SEQUENCE public.ticket;

CREATE MATERIALIZED VIEW public.totals AS SELECT customer_id, sum(total) AS total FROM public.orders GROUP BY customer_id;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE public.remote (id integer, payload text) SERVER nowhere;
CREATE UNIQUE INDEX customers_email ON public.customers (lower(email)) WHERE email IS NOT NULL;

CREATE FUNCTION public.full_name(public.people) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT ($1).first_name || ' ' || ($1).last_name $$;
CREATE FUNCTION public.orders_of(customer integer) RETURNS SETOF public.orders LANGUAGE sql STABLE
    AS $$ SELECT * FROM public.orders WHERE customer_id = customer $$;
CREATE FUNCTION public.stats(integer, OUT orders bigint, OUT total numeric) LANGUAGE sql STABLE
    AS $$ SELECT count(*), sum(o.total) FROM public.orders o WHERE customer_id = $1 $$;
CREATE FUNCTION public.monthly(y integer) RETURNS TABLE (month integer, revenue numeric) LANGUAGE sql STABLE
    AS $$ SELECT 1, 2.0 $$;
CREATE FUNCTION public.anything() RETURNS SETOF record LANGUAGE sql STABLE AS $$ SELECT 1, 'a'::text $$;
CREATE FUNCTION public.home_of(integer) RETURNS public.address LANGUAGE sql STABLE AS $$ SELECT home FROM public.people WHERE id = $1 $$;
CREATE FUNCTION public.slug(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE FUNCTION sales.numbers(integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$ SELECT generate_series(1, $1) $$;
CREATE PROCEDURE public.tidy() LANGUAGE sql AS $$ DELETE FROM public.orders WHERE false $$;

CREATE TABLE public.bookings (room integer, "from" date, until date,
    CONSTRAINT bookings_no_two EXCLUDE USING gist (daterange("from", until) WITH &&));
