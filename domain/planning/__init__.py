"""Waves, resources and timelines: what a plan is made of, and the rules that hold for every plan."""
