-- +goose Up
ALTER TABLE customers ADD COLUMN city text;
-- +goose Down
ALTER TABLE customers DROP COLUMN city;
