"""A person's commands and queries."""
