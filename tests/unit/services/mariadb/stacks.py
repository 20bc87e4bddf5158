"""A stack of the database and two made-up services that ask it for something."""

from ipaddress import IPv4Address

from rtcstack.plan.container import Attachment, Container
from rtcstack.plan.database import DatabaseRequest, Migration
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.services.mariadb import SERVICES
from rtcstack.services.mariadb.options import MariaDBOptions
from rtcstack.spec.model import ServiceOptions
from tests.unit.sites import demo_site

SECRETS = {"database-books": "bookspassword", "database-maps": "mapspassword"}
(MARIADB,) = SERVICES
BOOKS = DatabaseRequest(
    name="books",
    privileges=("SELECT",),
    migrations=(
        Migration(version=2, sql="ALTER TABLE book ADD COLUMN IF NOT EXISTS year INT;"),
        Migration(version=1, sql="CREATE TABLE IF NOT EXISTS book (title TEXT);"),
    ),
    upkeep=("DELETE FROM books.book WHERE title = ''", "DO 0"),
)
MAPS = DatabaseRequest(name="maps")


def asking(request: DatabaseRequest | None, name: str, place: int, *, backend: bool = True) -> ServicePlan:
    """Given a request and a place on the internal network, return a service that has nothing else."""
    address = demo_site().network.backend[place]
    leg = Attachment(network="backend", address=address) if backend else Attachment(network="lan", address=address)
    return ServicePlan(
        name=name,
        role=name,
        image=name,
        hostname=None,
        address=IPv4Address("198.51.100.99"),
        address6=None,
        options=ServiceOptions(),
        containers=(Container(name=name, image=name, command=(), user=(1, 1), attachments=(leg,)),),
        listeners=(),
        database=request,
    )


def stack(*others: ServicePlan) -> StackPlan:
    """Given services, return the stack of the database and them."""
    site = demo_site()
    return StackPlan(site=site, services=(MARIADB.describe(site, MariaDBOptions()), *others))


def reading_room() -> StackPlan:
    """Return a stack with a service that only reads and one that also writes."""
    return stack(asking(BOOKS, "library", 9), asking(None, "garden", 10), asking(MAPS, "atlas", 11))
