"""Levelling by a genetic search over orders of placing and by CP-SAT, which also proves how good the schedule is."""
