"""Measures of the promises on speed and size, each beside a reference from the same run; by hand, with `make bench`."""
