"""Wave placement by constraint programming: condensed units, a greedy start, and a search level by level."""
