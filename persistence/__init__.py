"""Tables, repositories, the unit of work and the event log."""
