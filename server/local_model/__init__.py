"""A small language model for whoever has none: SmolLM2-135M out of two wheels, served on this machine alone."""

from server.local_model.running import LocalModel, start_local_model
from server.local_model.serving import ModelNotStarted
from server.local_model.wheels import ModelNotFetched, unpacked

__all__ = ["LocalModel", "ModelNotFetched", "ModelNotStarted", "start_local_model", "unpacked"]
