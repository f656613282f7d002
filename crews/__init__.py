"""Agents, the model gateway and the rules that stand in for them."""
