"""A person's queries: what is read, and what is worked out from it, for many at a time."""
