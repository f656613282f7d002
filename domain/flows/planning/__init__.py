"""Planning: waves, resources, the timeline, costs and their synthesis."""
