"""A second look at plans: small, written apart, sharing no code with what made them."""
