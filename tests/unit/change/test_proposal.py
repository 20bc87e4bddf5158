import pytest

from rtcstack.change.proposal import LinkFacts, proposal


@pytest.mark.parametrize(
    ("link", "driver", "said"),
    [
        (LinkFacts(name="eth0", driver="e1000e", vendor="Dell Inc."), "macvlan", "nothing known of eth0"),
        (LinkFacts(name="eth0", driver="virtio_net", vendor="QEMU"), "macvlan", "nothing known of eth0"),
        (LinkFacts(name="wlan0", wireless=True, driver="iwlwifi"), "host", "wlan0 is Wi-Fi"),
        (LinkFacts(name="ens5", driver="ena", vendor="Amazon EC2"), "host", "Amazon's network card"),
        (LinkFacts(name="eth0", driver="hv_netvsc", vendor="Microsoft Corporation"), "host", "Hyper-V's"),
        (LinkFacts(name="eth0", driver="virtio_net", vendor="Hetzner"), "host", "rented from Hetzner"),
        (LinkFacts(name="ens3", driver="virtio_net", vendor="OpenStack Foundation"), "host", "rented from OpenStack Foundation"),
    ],
)
def test_a_link_that_drops_foreign_macs_gets_addresses_of_the_host(link: LinkFacts, driver: str, said: str) -> None:
    found = proposal(link)

    assert (found.driver, said in found.reason, found.warning) == (driver, True, "")


def test_engines_that_no_driver_helps_are_told_of() -> None:
    assert "docker context use default" in proposal(LinkFacts(name="eth0", rootless=True)).warning
    assert "Docker Desktop" in proposal(LinkFacts(name="eth0", desktop=True, rootless=True)).warning
