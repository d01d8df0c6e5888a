"""How the tables came to be, one revision a file (Alembic); `service.records.migrating` runs them."""
