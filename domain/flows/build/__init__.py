"""The flow of AI software builds: what one is started with, and what the models that play its roles are told."""
