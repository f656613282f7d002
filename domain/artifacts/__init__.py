"""What artifacts hold, by kind: shapes, checks, computed figures, and how the rules write them."""
