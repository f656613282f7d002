"""Migrations of the schema, by Alembic; dated by name, each with its timeouts, working with the running release."""
