"""Domain dataclasses to and from JSON, with their JSON Schema: camelCase outside, snake_case inside."""
