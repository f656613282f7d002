"""JSON Schema, decoding and encoding of the domain's dataclasses."""
