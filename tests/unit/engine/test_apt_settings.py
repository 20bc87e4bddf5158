"""Which mirror and which settings of the machine's apt are taken over, and which are not."""

from rtcstack.engine.apt_settings import Mirror, mirror, settings

ARCHIVE = "http://mirror.example/debian/"
SECURITY = "http://mirror.example/debian-security/"


def targets(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


def test_the_archive_is_known_by_its_own_origin_and_label_not_by_the_name_of_a_suite() -> None:
    found = mirror(
        targets(
            "bookworm|stable|Docker|Docker CE|https://vendor.example/linux/debian/",
            "bookworm|main|MariaDB|MariaDB|https://vendor.example/repo/debian/",
            f"bookworm|main|Debian|Debian|{ARCHIVE}",
            f"bookworm-security|main|Debian|Debian-Security|{SECURITY}",
            "bookworm-backports|main|Debian|Debian Backports|http://backports.example/debian/",
        )
    )
    assert found == Mirror(ARCHIVE, SECURITY)


def test_without_package_lists_the_path_decides() -> None:
    found = mirror(
        targets(
            "nodistro|main|$(ORIGIN)|$(LABEL)|https://vendor.example/node/",
            f"trixie|main|$(ORIGIN)|$(LABEL)|{ARCHIVE}",
            f"trixie-security|main|$(ORIGIN)|$(LABEL)|{SECURITY}",
        )
    )
    assert found == Mirror(ARCHIVE, SECURITY)


def test_a_dated_copy_of_the_archive_is_a_mirror() -> None:
    address = "http://mirror.example/archive/debian/20260101T000000Z/"
    assert mirror(targets(f"trixie|main|$(ORIGIN)|$(LABEL)|{address}")) == Mirror(address, f"{address[:-1]}-security/")


def test_security_updates_stand_beside_the_archive_where_the_machine_has_none() -> None:
    assert mirror(targets(f"trixie|main|Debian|Debian|{ARCHIVE}")) == Mirror(ARCHIVE, SECURITY)


def test_a_machine_that_is_not_debian_has_no_mirror() -> None:
    assert mirror(targets("noble|main|Ubuntu|Ubuntu|http://mirror.example/ubuntu/")) is None
    assert mirror("") is None


def test_sources_are_the_suite_its_updates_and_its_security_updates() -> None:
    assert Mirror(ARCHIVE, SECURITY).sources("trixie") == (
        f"deb {ARCHIVE} trixie main",
        f"deb {ARCHIVE} trixie-updates main",
        f"deb {SECURITY} trixie-security main",
    )


def test_what_fetching_needs_is_taken_over_and_nothing_else() -> None:
    dump = targets(
        'APT::Install-Recommends "1";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::http::Proxy "http://proxy.example:3142";',
        'Acquire::http::Proxy::mirror.example "DIRECT";',
        'Acquire::https::Verify-Peer "false";',
        'Acquire::AllowInsecureRepositories "1";',
    )
    assert settings(dump) == (
        'Acquire::Check-Valid-Until "false";',
        'Acquire::http::Proxy "http://proxy.example:3142";',
        'Acquire::http::Proxy::mirror.example "DIRECT";',
    )


def test_a_password_of_a_proxy_never_reaches_an_image() -> None:
    assert settings('Acquire::http::Proxy "http://ada:secret@proxy.example:3142";') == ()


def test_a_proxy_that_only_this_machine_reaches_is_left_out() -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert settings(f'Acquire::http::Proxy "http://{host}:3142";') == ()
