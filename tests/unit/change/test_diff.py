"""Plans are compared as text: what is to be done, and why."""

from dataclasses import replace

from rtcstack.change.diff import operations
from rtcstack.change.operation import digest
from rtcstack.change.state import Found, FoundContainer, FoundNetwork, Wanted, WantedContainer

WANTED = Wanted(
    secrets=("database-kamailio",),
    images={"kamailio": "rtcstack/kamailio:1"},
    files={"compose.yaml": "aa", "kamailio/kamailio.cfg": "bb"},
    networks={"falcot-lan": "n1", "falcot-backend": "n2"},
    volumes=("falcot_data",),
    containers={
        "falcot-init": WantedContainer(service="mariadb", digest="i1", setup="before"),
        "falcot-mariadb": WantedContainer(service="mariadb", digest="m1"),
        "falcot-prosody-net": WantedContainer(service="prosody", digest="h1"),
        "falcot-prosody": WantedContainer(service="prosody", digest="p1", joins="falcot-prosody-net"),
    },
)
RIGHT = Found(
    secrets=frozenset({"database-kamailio", "ca.key"}),
    ca=True,
    images=frozenset({"rtcstack/kamailio:1"}),
    files={"compose.yaml": "aa", "kamailio/kamailio.cfg": "bb"},
    manifest={"compose.yaml": "aa", "kamailio/kamailio.cfg": "bb"},
    networks={"falcot-lan": FoundNetwork(digest="n1"), "falcot-backend": FoundNetwork(digest="n2")},
    volumes=frozenset({"falcot_data"}),
    containers={
        "falcot-init": FoundContainer(digest="i1", state="exited"),
        "falcot-mariadb": FoundContainer(digest="m1", state="running"),
        "falcot-prosody-net": FoundContainer(digest="h1", state="running"),
        "falcot-prosody": FoundContainer(digest="p1", state="running"),
    },
)


def text(found: Found, wanted: Wanted = WANTED) -> str:
    return "\n".join(map(str, operations(wanted, found)))


def with_container(name: str, container: FoundContainer) -> Found:
    return replace(RIGHT, containers={**RIGHT.containers, name: container})


def test_nothing_to_do() -> None:
    assert text(RIGHT) == ""


def test_from_nothing() -> None:
    assert (
        text(Found(links="falcot-lan is missing", certificates={"prosody": "missing"}))
        == """\
make secret database-kamailio: missing
make CA ca.crt: missing
issue certificate prosody: missing
build image kamailio: rtcstack/kamailio:1 is missing
write file compose.yaml: missing
write file kamailio/kamailio.cfg: missing
make links this host: falcot-lan is missing
create network falcot-lan: missing
create network falcot-backend: missing
create volume falcot_data: missing
deliver files mariadb: falcot-init: never ran
run falcot-init: never ran
create container falcot-mariadb: missing
deliver files prosody: falcot-prosody-net: missing
create container falcot-prosody-net: missing
create container falcot-prosody: missing"""
    )


def test_a_changed_running_container_cuts_somebody_off() -> None:
    assert (
        text(with_container("falcot-mariadb", FoundContainer(digest="old", state="running")))
        == """\
deliver files mariadb: falcot-mariadb: its definition or files changed
recreate container falcot-mariadb: its definition or files changed (!)"""
    )


def test_a_changed_stopped_container_cuts_nobody_off() -> None:
    assert (
        text(with_container("falcot-mariadb", FoundContainer(digest="old", state="exited")))
        == """\
deliver files mariadb: falcot-mariadb: its definition or files changed
recreate container falcot-mariadb: its definition or files changed"""
    )


def test_stopped_and_paused_containers_are_started_without_new_files() -> None:
    assert text(with_container("falcot-mariadb", FoundContainer(digest="m1", state="exited", exit_code=137))) == (
        "start container falcot-mariadb: it is exited"
    )
    assert text(with_container("falcot-mariadb", FoundContainer(digest="m1", state="paused"))) == (
        "start container falcot-mariadb: it is paused"
    )


def test_a_container_that_was_never_started_may_lack_a_network_and_is_made_anew() -> None:
    assert (
        text(with_container("falcot-mariadb", FoundContainer(digest="m1", state="created")))
        == """\
deliver files mariadb: falcot-mariadb: it was made but never started
recreate container falcot-mariadb: it was made but never started"""
    )


def test_a_one_shot_that_failed_runs_again() -> None:
    assert (
        text(with_container("falcot-init", FoundContainer(digest="i1", state="exited", exit_code=1)))
        == """\
deliver files mariadb: falcot-init: did not end well
run falcot-init: did not end well"""
    )


def test_who_joins_a_namespace_follows_its_holder() -> None:
    assert (
        text(with_container("falcot-prosody-net", FoundContainer(digest="old", state="running")))
        == """\
deliver files prosody: falcot-prosody-net: its definition or files changed
recreate container falcot-prosody-net: its definition or files changed (!)
recreate container falcot-prosody: its namespace holder changes (!)"""
    )


def test_a_changed_network_takes_its_containers_along() -> None:
    found = replace(RIGHT, networks={**RIGHT.networks, "falcot-lan": FoundNetwork(digest="old", members=("falcot-prosody-net",))})

    assert text(found).splitlines()[0] == "replace network falcot-lan: its definition changed (!)"
    assert "recreate container falcot-mariadb: its network is made anew (!)" in text(found)


def test_a_network_of_that_name_that_is_not_ours_is_never_taken_over_silently() -> None:
    found = replace(RIGHT, networks={**RIGHT.networks, "falcot-lan": FoundNetwork(digest="", members=("somebody",))})

    assert text(found).splitlines()[0] == "replace network falcot-lan: it was not made by rtcstack for this stack (!)"


def test_edits_by_hand_are_noticed() -> None:
    found = replace(RIGHT, files={**RIGHT.files, "compose.yaml": "zz"})

    assert text(found) == "write file compose.yaml: edited by hand (!)"


def test_stale_files_and_orphans_go() -> None:
    found = replace(
        RIGHT,
        files={**RIGHT.files, "asterisk/sip.conf": "cc"},
        manifest={**RIGHT.manifest, "asterisk/sip.conf": "cc"},
        containers={**RIGHT.containers, "falcot-asterisk": FoundContainer(digest="x", state="running")},
    )

    assert (
        text(found)
        == """\
remove file asterisk/sip.conf: no longer rendered
remove container falcot-asterisk: no service asks for it (!)"""
    )


def test_the_digest_changes_with_the_plan() -> None:
    first = operations(WANTED, RIGHT)
    second = operations(WANTED, replace(RIGHT, volumes=frozenset()))

    assert digest(first) == digest(operations(WANTED, RIGHT))
    assert digest(first) != digest(second)


def test_who_holds_an_address_that_another_is_to_have_goes_first() -> None:
    wanted = replace(
        WANTED,
        containers={
            "falcot-coturn": WantedContainer(service="coturn", digest="c2", addresses=frozenset({"198.51.100.14"})),
            "falcot-kamailio": WantedContainer(service="kamailio", digest="k2", addresses=frozenset({"198.51.100.10"})),
        },
    )
    found = replace(
        RIGHT,
        containers={
            "falcot-coturn": FoundContainer(digest="c1", state="running", addresses=frozenset({"198.51.100.10"})),
            "falcot-kamailio": FoundContainer(digest="k1", state="running", addresses=frozenset({"198.51.100.14"})),
        },
    )

    assert (
        text(found, wanted)
        == """\
remove container falcot-coturn: its address goes to falcot-kamailio (!)
remove container falcot-kamailio: its address goes to falcot-coturn (!)
deliver files coturn: falcot-coturn: missing
create container falcot-coturn: missing
deliver files kamailio: falcot-kamailio: missing
create container falcot-kamailio: missing"""
    )


def test_a_running_container_without_one_of_its_addresses_is_made_anew() -> None:
    addresses = frozenset({"198.51.100.10", "2001:db8::10"})
    wanted = replace(WANTED, containers={"falcot-coturn": WantedContainer(service="coturn", digest="c1", addresses=addresses)})

    def told(state: str, *here: str) -> str:
        found = {"falcot-coturn": FoundContainer(digest="c1", state=state, addresses=frozenset(here))}
        return text(replace(RIGHT, containers=found), wanted)

    assert told("running", "2001:db8::10").endswith("recreate container falcot-coturn: it has lost an address (!)")
    assert told("running", "2001:db8::10", "198.51.100.10", "10.0.0.3") == ""
    assert told("exited") == "start container falcot-coturn: it is exited"


def test_a_network_that_no_service_is_on_any_more_goes() -> None:
    left = replace(RIGHT, networks={**RIGHT.networks, "falcot-old": FoundNetwork(digest="o1", members=("falcot-x",))})

    assert text(left) == "remove network falcot-old: no service is on it any more (!)"
    assert [found.destructive for found in operations(WANTED, left)] == [True]


def test_a_setting_of_the_whole_host_is_asked_for() -> None:
    closed = replace(RIGHT, closed_ports="only root may")

    assert text(closed) == "open ports this host: only root may (!)"
    assert [found.destructive for found in operations(WANTED, closed)] == [True]
