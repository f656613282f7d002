"""File formats that come in."""
