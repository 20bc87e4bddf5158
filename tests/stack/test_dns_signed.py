"""The served zone is signed so that validating resolvers believe it, and only with the key that `zone --ds` prints."""

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.name_server import PORT, anchor, dig, ds, resolver, served

ZONE = "/lab/served"
CHECKERS = {
    "bind": ("named-checkzone", "-i", "full", "-k", "fail", "-n", "fail", "-m", "fail", "-S", "fail", "falcot.com", ZONE),
    "bind-dnssec": ("dnssec-verify", "-z", "-o", "falcot.com", ZONE),
    "knot": ("kzonecheck", "--dnssec", "on", "-o", "falcot.com", ZONE),
}
JUDGES_SIGNATURES = ("bind-dnssec", "knot")


def wrong(value: str) -> str:
    """Given the value of a DS record, return one for another key."""
    head, digest = value.rsplit(" ", 1)
    return f"{head} {digest[::-1]}"


@pytest.mark.parametrize("checker", JUDGES_SIGNATURES)
def test_a_changed_record_is_found_in_the_whole_zone(stack: Stack, lab: Lab, checker: str) -> None:
    zone = served(stack)
    assert zone.count(stack.address("kamailio")) >= 1
    lab.put(ZONE, zone.replace(stack.address("kamailio"), "192.0.2.66"))

    assert lab.run(CHECKERS[checker]).returncode != 0


@pytest.mark.parametrize("checker", JUDGES_SIGNATURES)
def test_a_missing_proof_of_absence_is_found_in_the_whole_zone(stack: Stack, lab: Lab, checker: str) -> None:
    lines = served(stack).splitlines(keepends=True)
    name = next(line.split()[0] for line in lines if " NSEC " in line and line.startswith("turn-server"))
    lab.put(ZONE, "".join(line for line in lines if not (line.startswith(name) and " NSEC " in line)))

    assert lab.run(CHECKERS[checker]).returncode != 0


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_whole_served_zone_passes(stack: Stack, lab: Lab, checker: str) -> None:
    lab.put(ZONE, served(stack))
    done = lab.run(CHECKERS[checker])

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_resolver_that_trusts_another_key_believes_nothing(stack: Stack, lab: Lab) -> None:
    with resolver(lab, stack, wrong(ds(stack))) as client:
        asked = dig(lab, "127.0.0.1", "-p", str(PORT), "_sips._tcp.falcot.com", "SRV", client=client)
        unchecked = dig(lab, "127.0.0.1", "-p", str(PORT), "+cdflag", "_sips._tcp.falcot.com", "SRV", client=client)

    assert (asked.code, asked.answer) == ("SERVFAIL", set())
    assert unchecked.values("SRV") == {"0 0 443 sip-proxy.falcot.com."}


def test_a_resolver_that_trusts_the_printed_ds_believes_what_is_there_and_what_is_not(stack: Stack, lab: Lab) -> None:
    questions = {
        ("_sips._tcp.falcot.com", "SRV"): "NOERROR",
        ("_443._tcp.xmpp-gw.falcot.com", "TLSA"): "NOERROR",
        ("falcot.com", "NAPTR"): "NOERROR",
        ("falcot.com", "A"): "NOERROR",  # nothing there: the bare domain is left alone
        ("nobody.falcot.com", "A"): "NXDOMAIN",
    }
    with resolver(lab, stack, ds(stack)) as client:
        for (name, kind), code in questions.items():
            asked = dig(lab, "127.0.0.1", "-p", str(PORT), "+dnssec", name, kind, client=client)
            assert (asked.code, "ad" in asked.flags) == (code, True), asked.text


@pytest.mark.parametrize("right", [False, True])
def test_a_second_validator_agrees(stack: Stack, lab: Lab, *, right: bool) -> None:
    trusted = ds(stack) if right else wrong(ds(stack))
    lab.put("/lab/anchors", f"trust-anchors {{ {anchor(trusted)} }};\n")
    words = ["delv", f"@{stack.address('dns')}", "-a", "/lab/anchors", "+root=falcot.com", "_sips._tcp.falcot.com", "SRV"]
    done = lab.run(words)

    assert ("; fully validated" in done.stdout) is right, done.stdout + done.stderr
    assert ("sip-proxy.falcot.com." in done.stdout) is right


def test_the_tlsa_records_bind_to_the_ca_that_signs_what_is_shown(stack: Stack, lab: Lab) -> None:
    # OpenSSL as a DANE client: no CA is imported, the record alone is trusted.
    (value,) = dig(lab, stack.address("dns"), "_443._tcp.sip-proxy.falcot.com", "TLSA").values("TLSA")
    head, digest = value[:6], value[6:].replace(" ", "")
    for record, trusted in ((f"{head}{digest[::-1]}", False), (f"{head}{digest}", True)):
        argv = ["openssl", "s_client", "-connect", f"{stack.address('kamailio')}:443", "-dane_tlsa_domain", "sip-proxy.falcot.com"]
        done = lab.run([*argv, "-dane_tlsa_rrdata", record, "-verify_return_error", "-no-CAfile", "-no-CApath", "-no-CAstore"])
        assert ("Verification: OK" in done.stdout) is trusted, done.stdout + done.stderr
