"""As `alembic init` writes it, but without a database; what it prints must not be in the way."""

from alembic import context

print("revisions are read")
context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
