"""Keys as issuers publish them: what is wrong with one is no fault of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from server.openid import _read_key

GOOD: dict[str, Any] = {
    **json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())),
    "kid": "good",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": "AA", "y": "AA"},
        {"x": 1},
        {"x": "é"},
        {"alg": []},
        {"alg": "none"},
        {"crv": {}},
        {"kid": ["a", "list"]},
        {"kty": "RSA", "n": "AQ", "e": ""},
    ],
)
def test_a_key_that_cannot_be_read_is_passed_over(wrong: dict[str, Any]) -> None:
    assert _read_key({**GOOD, **wrong}) == (None, None)


def test_one_that_can_be_read_is_known_by_its_name() -> None:
    kid, key = _read_key(GOOD)

    assert key is not None
    assert (kid, key.algorithms) == ("good", ("ES256",))
