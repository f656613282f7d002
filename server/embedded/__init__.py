"""PostgreSQL and Valkey out of wheels, for one folder and as long as the process that asked for them lives."""

from server.embedded.running import Servers, ServersInUse, ServersNotStarted, find_servers, start_servers

__all__ = ["Servers", "ServersInUse", "ServersNotStarted", "find_servers", "start_servers"]
