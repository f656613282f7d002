"""The machine's commands: durable execution of phases, and the worker."""
