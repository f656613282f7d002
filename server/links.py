"""Links to exports: signed, good for ten minutes, and only with the token of whom they were made for."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from domain.errors import NotFound
from resolvers.context import Caller
from server.errors import BadRequest
from server.keys import made_once
from server.settings import Settings

PATH = "/exports"
KEY_FILE = "link-key"
KEY_BYTES = 32
GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and checks them; every process with the same key knows the others' links."""

    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> Links:
        """With the secret that the deployment was given, else one made under its data folder."""
        if settings.link_secret:
            return cls(stretched(settings.link_secret))
        return cls(made_once(settings.data / KEY_FILE, lambda: secrets.token_bytes(KEY_BYTES)))

    def make(self, caller: Caller, export_id: str) -> str:
        """Where that caller can fetch the export until ten minutes from now."""
        until = int((caller.now() + GOOD_FOR).timestamp())
        return f"{PATH}/{export_id}?until={until}&signature={self._sign(caller, export_id, str(until))}"

    def check(self, caller: Caller, export_id: str, until: str, signature: str) -> None:
        """NotFound unless the link is this caller's own, as it was made; BadRequest with 410 once its time is over."""
        if not hmac.compare_digest(self._sign(caller, export_id, until).encode(), signature.encode()):
            raise NotFound("export")
        # It bears our signature, so it is a number.
        if caller.now().timestamp() > int(until):
            raise BadRequest("This link has expired. Ask for the export's `url` again.", HTTPStatus.GONE)

    def _sign(self, caller: Caller, export_id: str, until: str) -> str:
        whose = (caller.tenant.client_account_id, caller.tenant.engagement_id, caller.subject, caller.user)
        text = json.dumps([export_id, until, *whose]).encode()
        return urlsafe_b64encode(hmac.digest(self.key, text, "sha256")).decode().rstrip("=")


def stretched(secret: str) -> bytes:
    """A key of a secret that a person chose: whoever holds a link can guess at it, and each guess must be dear."""
    return hashlib.scrypt(secret.encode(), salt=b"flotilla links", n=1 << 14, r=8, p=1, dklen=KEY_BYTES)
