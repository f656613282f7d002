"""Constraint and graph solvers behind ports of the domain."""
