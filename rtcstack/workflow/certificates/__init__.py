"""The services' certificates: where they come from, and how a new one comes into use without dropping anybody."""

from rtcstack.workflow.certificates.sources import (
    Source,
    due_now,
    issue_certificate,
    make_authority,
    obtain,
    problems,
    public_ca,
    reasons,
    source,
)

__all__ = ["Source", "due_now", "issue_certificate", "make_authority", "obtain", "problems", "public_ca", "reasons", "source"]
