"""How a model's proposals enter the result of each phase, one module per area."""
