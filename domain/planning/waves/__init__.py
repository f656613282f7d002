"""Which application moves in which wave: the problem, its answer, and what holds for every answer."""
