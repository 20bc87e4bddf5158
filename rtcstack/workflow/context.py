"""From a directory to an installation: the file is read, checked and planned; nothing is touched."""

from dataclasses import dataclass, field
from pathlib import Path

from rtcstack.engine.vault import Vault
from rtcstack.plan.build import build
from rtcstack.plan.service import Service
from rtcstack.plan.stack import StackPlan
from rtcstack.services import catalogue
from rtcstack.spec.load import load
from rtcstack.workflow import own_file
from rtcstack.workflow.acme.caa import known_caa
from rtcstack.workflow.authority.access import KeyAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A directory with `rtcstack.toml`, its plan, the services that describe it, and how the CA's key is to be had."""

    directory: Path
    stack: StackPlan
    services: tuple[Service, ...]
    ca_access: KeyAccess = field(default_factory=KeyAccess)

    @property
    def compose(self) -> Path:
        """Where the rendered files live."""
        return self.directory / "compose"

    @property
    def vault(self) -> Vault:
        """Where the CA, the keys and the passwords live."""
        return Vault(self.directory / "secrets")

    def service(self, name: str) -> Service:
        """Given a service's name, return what describes it. Raise KeyError."""
        return next(service for service in self.services if service.name == name)


def open_installation(directory: Path) -> Installation:
    """Given a directory, return its installation. Raise RequestError with every problem of its file."""
    return plan_text(directory.resolve(), own_file.read(directory))


def plan_text(directory: Path, text: str) -> Installation:
    """Given a directory and the text of its file, return the installation that the text asks for."""
    services = catalogue()
    spec = load(text, {service.name: service.options for service in services})
    spec, public_caa = known_caa(spec, Vault(directory / "secrets"))
    stack = build(spec, services, public_caa=public_caa)
    asked = {plan.name for plan in stack.services}
    return Installation(directory=directory, stack=stack, services=tuple(service for service in services if service.name in asked))
