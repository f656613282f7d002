"""Whom GraphiQL may act as on this machine: the people of the sample engagement."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request

from persistence.engagements import Memberships
from server.pages import NOBODY, Session
from server.sample_tenant import PEOPLE, SAMPLE
from server.settings import Settings
from server.tokens import issue

# As long as a day's work: a page that stays open is given a new one when it is loaded again.
LIFETIME = timedelta(hours=12)


def local_session(settings: Settings, memberships: Memberships) -> Session:
    """Headers for each of them that is a member; only where this server is its own issuer."""

    async def session(_request: Request) -> dict[str, object]:
        members = [member for subject in PEOPLE if (member := await memberships.find(SAMPLE.tenant, subject))]
        if not members:
            return NOBODY
        return {"subjects": [{"name": member.subject, "headers": headers(member.subject)} for member in members]}

    def headers(subject: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {issue(settings.data, subject, lifetime=LIFETIME)}",
            "X-Client-Account-ID": SAMPLE.client_account_id,
            "X-Engagement-ID": SAMPLE.engagement_id,
        }

    return session
