"""Conversations at a step: what a reply rests on, what a model is told, what the rules reply, and what is cited."""
