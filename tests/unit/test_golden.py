"""A case is a file: a rtcstack.toml, and the whole tree and zone that it must give, to the byte.

`script/test tests/unit/test_golden.py --update-golden` writes what is given now; the difference is for people to read.
"""

from pathlib import Path

import pytest

from rtcstack.render.compose import Environment, compose_file, definitions
from rtcstack.render.firewall import ruleset
from rtcstack.render.links import links_script
from rtcstack.workflow.context import Installation, plan_text
from rtcstack.workflow.zone import zone
from rtcstack.zone import bind

CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "golden").glob("*/rtcstack.toml"))


def rendered(installation: Installation) -> dict[str, bytes]:
    stack = installation.stack
    secrets = {request.name: f"secret{number:02d}".ljust(32, "0") for number, request in enumerate(stack.secrets)}
    files = {plan.name: installation.service(plan.name).files(stack, secrets) for plan in stack.services}
    images = {c.image: f"rtcstack/{c.image}:golden" for plan in stack.services for c in plan.containers}
    tree = {f"compose/{name}/{artefact.path}": artefact.content for name, found in files.items() for artefact in found}
    tree["compose/compose.yaml"] = compose_file(stack, definitions(stack, files, Environment(images=images)))
    tree["compose/links.sh"] = links_script(stack)
    tree["firewall.nft"] = ruleset(stack).encode()
    tree["zone"] = "\n".join(bind.text(found) for found in zone(installation).zones).encode()
    return tree


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_whole_tree_and_zone(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = (case / "rtcstack.toml").read_text()
    tree = rendered(plan_text(tmp_path, text))
    expected = case / "expected"
    if request.config.getoption("--update-golden"):
        for path, content in tree.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_bytes(content)
    found = {str(path.relative_to(expected)): path.read_bytes() for path in sorted(expected.rglob("*")) if path.is_file()}

    assert sorted(tree) == sorted(found)
    for path, content in tree.items():
        assert content.decode() == found[path].decode(), path
    assert rendered(plan_text(tmp_path, text)) == tree


def test_no_case_is_missing() -> None:
    assert [case.name for case in CASES] == ["both", "cloud", "demo", "host", "lan", "nat", "standard"]
