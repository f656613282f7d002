"""File formats that go out."""
