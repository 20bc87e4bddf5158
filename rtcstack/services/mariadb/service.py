"""The database as the plan sees it: a one-shot that makes the data directory, the server, a one-shot that applies schemas."""

from collections.abc import Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import CONFIG, Attachment, Container, Healthcheck, Mount, Tmpfs
from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.service import Service, ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.services.mariadb.options import MariaDBOptions
from rtcstack.services.mariadb.schema import OWNER, SCHEMA, schema_files
from rtcstack.spec.model import ServiceOptions

PORT = 3306
BACKEND = 2
"""Place on the internal network."""
DATA = Mount(volume="mariadb-data", target="/var/lib/mysql")
SOCKET = Mount(volume="mariadb-socket", target="/run/mysqld")
_CLIENT = (
    "mariadb",
    "--no-defaults",
    "--socket=/run/mysqld/mysqld.sock",
    "--user=mysql",
    "--default-character-set=utf8mb4",
    "--batch",
    "--skip-column-names",
    "--abort-source-on-error",
    "--skip-print-query-on-error",
)
"""The administrator of the database by its uid; an error never shows the statement, which may hold what is secret."""
_CONFIGURATION = "my.cnf"
_TEMPORARY = (Tmpfs(target="/tmp", size=64),)  # noqa: S108 - a private one, in memory


class MariaDB(Service):
    """MariaDB with one database for each service that asks."""

    name = "mariadb"
    role = "database"
    offset = 1000
    options = MariaDBOptions

    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the options, return what must exist. Pure."""
        address = site.network.backend[BACKEND]
        return ServicePlan(
            name=self.name,
            role=self.role,
            image="mariadb",
            hostname=None,
            address=address,
            address6=None,
            options=options,
            containers=_containers(Attachment(network="backend", address=address)),
            client=_CLIENT,
            reload=("/usr/local/bin/mariadb-schema", "--upkeep"),
            listeners=(Listener(address=address, port=PORT, transport=Transport.TCP, protocol=Protocol.MYSQL, internal=True),),
        )

    def files(self, stack: StackPlan, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the whole plan and the secrets, return the server's configuration and the schemas. Pure."""
        plan = stack.service(self.name)
        if not isinstance(plan.options, MariaDBOptions):
            raise TypeError(f"mariadb was given {type(plan.options).__name__}")
        content = render(__package__, "my.cnf.j2", address=plan.address, port=PORT, buffer_pool=plan.options.buffer_pool)
        return (Artefact(path=_CONFIGURATION, content=content, owner=OWNER), *schema_files(stack, secrets))


def _containers(leg: Attachment) -> tuple[Container, ...]:
    return (
        Container(
            name="mariadb-init", image="mariadb", command=("/usr/local/bin/mariadb-init",), user=OWNER,
            mounts=(DATA,), tmpfs=_TEMPORARY, memory=512, setup="before", reads=(),
        ),
        Container(
            name="mariadb",
            image="mariadb",
            command=("/usr/sbin/mariadbd", f"--defaults-file={CONFIG}/current/{_CONFIGURATION}"),
            user=OWNER,
            attachments=(leg,),
            mounts=(DATA, SOCKET),
            tmpfs=_TEMPORARY,
            memory=512,
            pids=256,
            healthcheck=Healthcheck(command=("/usr/local/bin/mariadb-healthy",)),
            stop_seconds=60,
            reads=(_CONFIGURATION,),
        ),
        Container(
            name="mariadb-schema", image="mariadb", command=("/usr/local/bin/mariadb-schema",), user=OWNER,
            mounts=(SOCKET,), tmpfs=_TEMPORARY, memory=256, setup="after", reads=(SCHEMA,),
        ),
    )  # fmt: skip
