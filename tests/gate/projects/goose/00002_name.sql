-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
ALTER TABLE customers RENAME COLUMN name TO label;
-- +goose StatementEnd

-- +goose Down
ALTER TABLE customers RENAME COLUMN label TO name;
