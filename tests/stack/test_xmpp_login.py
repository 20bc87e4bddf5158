"""People log in by JID alone, each way that the zone offers, and only with the right password and the right CA."""

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, WRONG_CA, client, jid

WAYS = ["direct", "starttls"]


@pytest.mark.parametrize("how", WAYS)
def test_a_wrong_password_is_refused(stack: Stack, lab: Lab, how: str) -> None:
    stack.person("roland")

    status, said = client(lab, "xmpp_login", jid("roland"), how, CA, passwords=("wrong",))

    assert status == 1
    assert "not-authorized" in said["refused"]


@pytest.mark.parametrize("how", WAYS)
def test_a_wrong_ca_is_refused_by_the_client(stack: Stack, lab: Lab, how: str) -> None:
    status, said = client(lab, "xmpp_login", jid("roland"), how, WRONG_CA, passwords=(stack.person("roland"),))

    assert status == 1
    assert "not-authorized" not in said["refused"]


@pytest.mark.parametrize("how", WAYS)
def test_the_jid_is_enough_to_log_in(stack: Stack, lab: Lab, how: str) -> None:
    status, facts = client(lab, "xmpp_login", jid("roland"), how, CA, passwords=(stack.person("roland"),))

    assert status == 0
    plan = stack.plan.service("prosody")
    mine = plan.extra_addresses if how == "starttls" else (plan.address, plan.address6)
    assert facts["peer"] in [[str(address), 443] for address in mine]
    assert (facts["jid"], facts["mechanism"], facts["tls"]) == (jid("roland"), "SCRAM-SHA-256-PLUS", "TLSv1.3")


def _sendxmpp(lab: Lab, password: str, *options: str, ca: str = CA, text: str = "from go") -> tuple[int, str]:
    lab.put("/lab/sendxmpprc", f"username: {jid('roland')}\npassword: {password}\n")
    lab.run(["chmod", "600", "/lab/sendxmpprc"])
    trust = ("env", f"SSL_CERT_FILE={ca}", "SSL_CERT_DIR=/nowhere")
    command = ("go-sendxmpp", "-f", "/lab/sendxmpprc", "--suppress-root-warning", *options, jid("laura"))
    done = lab.run([*trust, *command], input=text, timeout=40)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tls", [(), ("-t",)])
def test_a_second_client_family_agrees(stack: Stack, lab: Lab, tls: tuple[str, ...]) -> None:
    password = stack.person("roland")
    stack.person("laura")

    status, said = _sendxmpp(lab, "wrong", *tls)
    assert (status, "auth failure" in said) == (1, True), said

    status, said = _sendxmpp(lab, password, *tls, ca=WRONG_CA)
    assert (status, "failed to verify certificate" in said) == (1, True), said

    assert _sendxmpp(lab, password, *tls) == (0, "")


def test_tls_is_1_2_or_1_3_on_both_addresses(stack: Stack, lab: Lab) -> None:
    def handshake(version: str, address: str, *more: str) -> str:
        command = ["openssl", "s_client", "-connect", f"{address}:443", f"-{version}", "-cipher", "ALL:@SECLEVEL=0", *more]
        done = lab.run([*command, "-CAfile", CA, "-verify_return_error"], timeout=10)
        return done.stdout + done.stderr

    direct = (stack.address("prosody"), "-servername", "falcot.com", "-verify_hostname", "falcot.com")
    plain = (stack.address("prosody", second=True), "-starttls", "xmpp", "-xmpphost", "falcot.com")

    for place in (direct, plain):
        assert "alert protocol version" in handshake("tls1_1", *place)
        for version, name in (("tls1_2", "TLSv1.2"), ("tls1_3", "TLSv1.3")):
            assert f"New, {name}, Cipher is" in handshake(version, *place)


def test_a_name_that_is_not_ours_is_refused_by_name(stack: Stack, lab: Lab) -> None:
    where = ["openssl", "s_client", "-connect", f"{stack.address('prosody')}:443", "-CAfile", CA, "-verify_return_error"]

    refused = lab.run([*where, "-servername", "www.falcot.com"], timeout=10)
    assert "unrecognized name" in refused.stderr

    for name in ("falcot.com", "conference.falcot.com", "upload.falcot.com", "xmpp-gw.falcot.com"):
        wrong = lab.run([*where, "-servername", name, "-verify_hostname", "www.falcot.com"], timeout=10)
        assert "hostname mismatch" in wrong.stderr.lower()
        right = lab.run([*where, "-servername", name, "-verify_hostname", name], timeout=10)
        assert f"Verified peername: {name}" in right.stdout
