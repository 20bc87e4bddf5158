"""What the CA's constraints cannot bound, the issuing code refuses: every kind of identity, whatever the foreign name."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rtcstack.errors import RequestError
from rtcstack.pki.identity import at_or_below, check, topmost
from rtcstack.pki.issue import issue
from rtcstack.plan.certificate import CertificateRequest
from tests.unit.pki.examples import CA, DOMAINS, EVERY, NOW, TURN

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
FOREIGN = st.one_of(
    st.lists(LABEL, min_size=1, max_size=4).map(".".join),
    # The near misses: ours as a suffix without the dot, as a prefix, and as a part.
    LABEL.map(lambda label: f"{label}falcot.com"),
    LABEL.map(lambda label: f"falcot.com.{label}"),
    LABEL.map(lambda label: f"www.falcot.com.{label}.example"),
    st.text(max_size=20),
    st.text(max_size=5).map(lambda text: f"{text}.falcot.com"),
)


def with_identity(kind: str, name: str) -> CertificateRequest:
    extra: dict[str, CertificateRequest] = {
        "dns": replace(TURN, dns_names=(*TURN.dns_names, name)),
        "sip": replace(TURN, sip_domains=(name,)),
        "srv-client": replace(TURN, srv_ids=(f"_xmpp-client.{name}",)),
        "srv-any": replace(TURN, srv_ids=(name,)),
    }
    return extra[kind]


def ours(name: str) -> bool:
    labels = name.split(".")
    plain = all(label and len(label) <= 63 and label.isascii() and label == label.lower() for label in labels)
    inner = plain and all(c.isalnum() or c == "-" for label in labels for c in label)
    return inner and not any(label[0] == "-" or label[-1] == "-" for label in labels) and at_or_below(name, DOMAINS)


@given(FOREIGN, st.sampled_from(["dns", "sip", "srv-client", "srv-any"]))
@example("*.falcot.com", "dns")
@example("roland@falcot.com", "sip")
@example("falcot.com:443", "sip")
@example("falcot.com;transport=tls", "sip")
@example("falcot.com.", "dns")
@example("Falcot.com", "dns")
@example("198.51.100.10", "dns")
@example("falcot.com", "srv-any")
@example("_xmpp-client", "srv-any")
@example("_xmpp-client._tcp.falcot.com", "srv-any")
@example("falcot.com\x00.evil.example", "dns")
@example("fälcot.com", "dns")
@example("", "sip")
def test_every_foreign_identity_of_every_kind_is_refused(name: str, kind: str) -> None:
    assume(kind == "srv-any" or not ours(name))

    with pytest.raises(RequestError):
        issue(CA, with_identity(kind, name), DOMAINS, NOW)


@given(st.lists(LABEL, max_size=3), st.sampled_from(DOMAINS), st.sampled_from(["dns", "sip", "srv-client"]))
def test_every_name_at_or_below_ours_is_allowed(labels: list[str], domain: str, kind: str) -> None:
    check(with_identity(kind, ".".join([*labels, domain])), DOMAINS)


def test_what_our_services_ask_for_is_allowed() -> None:
    for request in EVERY:
        check(request, ("falcot.com",))


def test_every_problem_is_told_at_once() -> None:
    request = CertificateRequest(
        service="prosody",
        dns_names=("falcot.com", "evil.example"),
        sip_domains=("evil.example",),
        srv_ids=("_xmpp-client.evil.example", "xmpp-client.falcot.com"),
    )

    with pytest.raises(RequestError) as caught:
        check(request, ("falcot.com",))

    assert [str(problem) for problem in caught.value.problems] == [
        "services.prosody.certificate: SRV-ID 'xmpp-client.falcot.com' is not of the form _service.domain (RFC 4985)",
        "services.prosody.certificate: DNS evil.example is outside of falcot.com",
        "services.prosody.certificate: URI sip:evil.example is outside of falcot.com",
        "services.prosody.certificate: SRV-ID _xmpp-client.evil.example is outside of falcot.com",
    ]


def test_a_certificate_without_a_dns_name_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        check(replace(TURN, dns_names=(), sip_domains=("falcot.com",)), DOMAINS)
    assert [problem.message for problem in caught.value.problems] == ["has no DNS name"]


def test_the_topmost_domains() -> None:
    assert topmost(("sip.falcot.com", "falcot.com", "falcot.com", "xfalcot.com")) == ("falcot.com", "xfalcot.com")
