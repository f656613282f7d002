"""Agents, the model gateway and the rules that stand in for them."""

from crews.environment import prepare

# A package's own module runs before any module in it: nothing here can import crewai earlier.
prepare()
