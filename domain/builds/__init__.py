"""AI software builds: who works on one in which state, what may follow, and what a model is asked."""
