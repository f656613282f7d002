"""What would be true without a database, a network or a model."""
