-- Values other than the defaults: whoever reads the column where it should not be seen gets something else.

UPDATE orders SET priority = CASE WHEN id % 2 = 0 THEN 7 ELSE 3 END;
UPDATE invoices SET priority = CASE WHEN iid % 2 = 0 THEN 7 ELSE 1 END, due = '2024-06-01 00:00:00+00'::timestamptz + iid * interval '1 day';
UPDATE parcels SET label = 'p' || pid, weight = pid, carrier = CASE WHEN pid = 101 THEN 'post' END;
UPDATE docs SET rank = did + 6;
UPDATE "Shop"."Order Items" SET "MetaData" = jsonb_build_object('n', "Qty");
UPDATE measures SET unit = CASE WHEN mid = 2 THEN 'g' ELSE 't' END;
UPDATE animals SET legs = 2 + aid;
