from ipaddress import IPv4Network
from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.workflow.context import plan_text
from rtcstack.workflow.demo import demo
from rtcstack.workflow.demo_down import take_away
from rtcstack.workflow.demo_file import Mark, demo_text, mark, mark_of

OWN = 'domain = "falcot.com"\n\n[network]\nsubnet = "198.51.100.0/24"\n'


def silent(_: str) -> None:
    pass


def test_the_demos_file_is_whole_and_stays_off_the_lan(tmp_path: Path) -> None:
    site = plan_text(tmp_path, demo_text()).stack.site
    assert (site.name, site.domain, site.network.private) == ("falcot", "falcot.com", True)
    assert site.network.subnet == IPv4Network("198.51.100.0/24")


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        (demo_text(), Mark.DEMO),
        (demo_text() + "\n", Mark.EDITED),
        (demo_text().replace('"roland"', '"laura"'), Mark.EDITED),
        (demo_text().replace("falcot.com", "example.org"), Mark.FOREIGN),
        (demo_text().split("\n", 1)[1], Mark.FOREIGN),
        (OWN, Mark.FOREIGN),
        ("", Mark.FOREIGN),
        (demo_text() + "not toml", Mark.FOREIGN),
    ],
)
def test_knows_its_own_file_from_others(text: str, whose: Mark) -> None:
    assert mark(text) is whose


def test_no_file_is_nobodys(tmp_path: Path) -> None:
    assert mark_of(tmp_path) is Mark.NONE


@pytest.mark.parametrize("text", [OWN, demo_text() + "# mine\n"])
def test_down_refuses_what_is_not_the_demos_and_touches_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "rtcstack.toml").write_text(text)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ca.key").write_text("precious")
    with pytest.raises(RequestError, match="nothing was touched"):
        take_away(tmp_path, purge=True, progress=silent)
    assert {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == {
        "rtcstack.toml": text,
        "secrets/ca.key": "precious",
    }


def test_the_demo_refuses_somebodys_own_installation(tmp_path: Path) -> None:
    (tmp_path / "rtcstack.toml").write_text(OWN)
    with pytest.raises(RequestError, match="is not the demo's: nothing was touched"):
        demo(tmp_path, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["rtcstack.toml"]


def test_down_without_a_file_finds_nothing_to_do(tmp_path: Path) -> None:
    assert take_away(tmp_path, purge=False, progress=silent) is False
