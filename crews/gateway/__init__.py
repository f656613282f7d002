"""The one way to a language model: endpoints by settings, limits of time, size and money, and how each may fail."""

from crews.gateway.budget import Budget, MemoryBudget, Unlimited
from crews.gateway.calls import CallRecord, Observe
from crews.gateway.endpoint import Api, Endpoint, Limits
from crews.gateway.faults import Fault
from crews.gateway.gateway import Gateway, load_clients

__all__ = [
    "Api",
    "Budget",
    "CallRecord",
    "Endpoint",
    "Fault",
    "Gateway",
    "Limits",
    "MemoryBudget",
    "Observe",
    "Unlimited",
    "load_clients",
]
