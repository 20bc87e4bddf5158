import pytest

from rtcstack.errors import RequestError
from rtcstack.spec.load import load
from rtcstack.spec.model import ServiceOptions, StackSpec

FIVE_LINES = """
domain = "falcot.com"
[network]
subnet = "198.51.100.0/24"
subnet6 = "2001:db8:1000:2000::/64"
"""


def read(text: str) -> StackSpec:
    return load(text, {"coturn": ServiceOptions, "coturn-ephemeral": ServiceOptions})


def problems(text: str) -> dict[str, str]:
    with pytest.raises(RequestError) as caught:
        read(text)
    assert caught.value.exit_code == 2
    return {problem.path: problem.message for problem in caught.value.problems}


def test_five_lines_are_a_complete_file() -> None:
    spec = read(FIVE_LINES)

    assert spec.name == "falcot"
    assert spec.aliases == ("sip.falcot.com",)
    assert spec.ports == "443"
    assert spec.network.parent == "auto"
    assert set(spec.services) == {"coturn", "coturn-ephemeral"}


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    found = problems("""
domain = "Falcot"
admins = ["roland", "Laura!"]
colour = "red"
[network]
subnet = "198.51.100.7/24"
parent = "a-name-that-is-too-long"
[services.coturn]
address = "nonsense"
shoe = 3
[services.asterisk]
address = "198.51.100.9"
""")

    assert set(found) == {
        "domain",
        "admins[1]",
        "colour",
        "network.subnet",
        "network.parent",
        "services.coturn.address",
        "services.coturn.shoe",
        "services.asterisk",
    }
    assert found["colour"] == "unknown key"
    assert "at least one dot" in found["domain"]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('gateway = "198.51.101.1"', "network.gateway"),
        ('gateway = "198.51.100.0"', "network.gateway"),
        ('gateway = "198.51.100.255"', "network.gateway"),
        ('range = "198.51.0.0/16"', "network.range"),
        ('backend = "198.51.100.0/27"', "network.backend"),
        ('gateway6 = "2001:db8::1"', "network.gateway6"),
        ('gateway6 = "2001:db8:1000:2000::"', "network.gateway6"),
        ('avoid = ["198.51.100.100-198.51.100.150", "198.51.100.200-198.51.100.190"]', "network.avoid[1]"),
        ('avoid = ["198.51.100.100-2001:db8:1000:2000::5"]', "network.avoid[0]"),
        ('avoid = ["198.51.100.100-150"]', "network.avoid[0]"),
        ('avoid = ["198.51.100.100/24"]', "network.avoid[0]"),
        ("avoid = [7]", "network.avoid[0]"),
        ('resolvers = ["dns.falcot.com"]', "network.resolvers[0]"),
        ('driver = "bridge"', "network.driver"),
    ],
)
def test_what_cannot_fit_together_is_refused(line: str, path: str) -> None:
    assert set(problems(FIVE_LINES + line)) == {path}


def test_an_empty_file_says_only_what_is_missing() -> None:
    assert set(problems("")) == {"domain", "network"}


def test_broken_toml_is_a_wrong_request() -> None:
    with pytest.raises(RequestError, match="not TOML"):
        read("domain = ")


@pytest.mark.parametrize(
    "domain", ["falcot.com.", "falcot..com", "-a.com", "127.0.0.1", 'a".com', "a b.com", "x" * 64 + ".com", "é.com"]
)
def test_a_domain_that_is_none_is_refused(domain: str) -> None:
    assert "domain" in problems(FIVE_LINES.replace("falcot.com", domain.replace('"', '\\"')))


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ("", "caa.issuer"),
        ('issuer = "CA"', "caa.issuer"),
        ('issuer = "ca.example"\naccount = "http://ca.example/1"', "caa.account"),
        ('issuer = "ca.example"\naccount = "https://ca.example/1; x=y"', "caa.account"),
        ('issuer = "ca.example"\naccount = \'https://ca.example/"\'', "caa.account"),
        ("issuer = \"ca.example\"\naccount = 'https://ca.example/\\'", "caa.account"),
        ('issuer = "ca.example"\nmethods = ["dns-01;"]', "caa.methods[0]"),
        ('issuer = "ca.example"\niodef = "mailto:roland@falcot.com"', "caa.iodef"),
    ],
)
def test_a_caa_record_that_says_something_else_is_refused(lines: str, path: str) -> None:
    assert set(problems(FIVE_LINES + "[caa]\n" + lines)) == {path}


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ("", "enum.prefix"),
        ('prefix = "49301234"', "enum.prefix"),
        ('prefix = "+0301234"', "enum.prefix"),
        ('prefix = "+49 30 1234"', "enum.prefix"),
        ('prefix = "+4930!"', "enum.prefix"),
        ('prefix = "+123456789012345"', "enum.prefix"),
        ('prefix = "+49301234"\nroot = "e164 arpa"', "enum.root"),
    ],
)
def test_numbers_that_begin_with_something_else_are_refused(lines: str, path: str) -> None:
    assert set(problems(FIVE_LINES + "[enum]\n" + lines)) == {path}


def test_a_caa_record_may_name_an_account() -> None:
    spec = read(FIVE_LINES + '[caa]\nissuer = "ca.example"\naccount = "https://ca.example/acct/1?x=y"\nmethods = ["dns-01"]')

    assert spec.caa is not None
    assert (spec.caa.issuer, spec.caa.account, spec.caa.methods) == ("ca.example", "https://ca.example/acct/1?x=y", ("dns-01",))
