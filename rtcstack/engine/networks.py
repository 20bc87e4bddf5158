"""The stack's two networks, made and compared by us: Compose would ignore a changed gateway and break on a changed subnet."""

from dataclasses import asdict, dataclass

from rtcstack.engine.docker import Engine
from rtcstack.plan.site import NetworkPlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.compose import LABEL, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A network as the engine must make it; `subnets` are (subnet, gateway, address reserved for the host or "")."""

    driver: str
    subnets: tuple[tuple[str, str, str], ...]
    parent: str = ""
    internal: bool = False
    mode: str = ""

    @property
    def digest(self) -> str:
        """Changes when the definition does."""
        told = asdict(self)
        # Networks made before there were modes are no different for it.
        return digest_of(told if self.mode else {key: value for key, value in told.items() if key != "mode"})


def definitions(network: NetworkPlan) -> dict[str, Definition]:
    """Given the network plan, return the definition of each network by its name on the engine."""
    backend = Definition(driver="bridge", subnets=((str(network.backend), str(network.backend[1]), ""),), internal=True)
    if network.shared:
        return {network.backend_name: backend}
    shim = str(network.shim_address) if network.has_shim else ""
    subnets = [(str(network.subnet), str(network.gateway), shim)]
    if network.subnet6 is not None:
        shim6 = str(network.shim_address6) if network.has_shim else ""
        subnets.append((str(network.subnet6), str(network.gateway6), shim6))
    return {
        network.name: Definition(
            driver=network.driver,
            subnets=tuple(subnets),
            parent=network.parent,
            mode="l2" if network.driver == "ipvlan" else "",
        ),
        network.backend_name: backend,
    }


def create(engine: Engine, stack: StackPlan, name: str) -> None:
    """Given the name of one of the stack's networks, make it with our labels."""
    definition = definitions(stack.site.network)[name]
    engine.create_network(
        name,
        definition.driver,
        subnets=[(subnet, gateway, {"host": host} if host else {}) for subnet, gateway, host in definition.subnets],
        options={
            **({"parent": definition.parent} if definition.parent else {}),
            **({"ipvlan_mode": definition.mode} if definition.mode else {}),
        },
        labels={f"{LABEL}.stack": stack.site.name, f"{LABEL}.digest": definition.digest},
        internal=definition.internal,
    )
