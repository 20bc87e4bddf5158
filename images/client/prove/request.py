"""What the proof is told, and how it says no."""

import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path

SRV = 33


class Wrong(Exception):  # noqa: N818 - what it says is a finding, not a programming error
    """Something that must work did not, or something that must be refused was not."""


@dataclass(frozen=True)
class Person:
    """A name with its password."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Request:
    """A domain, two people, the CA, the zone (owner and type to time to live and rdata in wire form), and our loopback address."""

    domain: str
    people: tuple[Person, Person]
    ca: str
    records: dict[tuple[str, int], list[tuple[int, bytes]]]
    loopback: str

    @classmethod
    def read(cls, text: bytes) -> "Request":
        """Given the JSON of a request, return it. Raise KeyError, ValueError if it is none."""
        told = json.loads(text)
        records: dict[tuple[str, int], list[tuple[int, bytes]]] = {}
        for owner, kind, ttl, rdata in told["records"]:
            records.setdefault((owner.lower().rstrip("."), kind), []).append((ttl, bytes.fromhex(rdata)))
        first, second = (Person(person["name"], person["password"]) for person in told["people"])
        return cls(told["domain"], (first, second), told["ca"], records, told["loopback"])

    def srv(self, service: str) -> tuple[str, int]:
        """Given a service label like `_sips._tcp`, return the target and port of its SRV record. Raise Wrong if it has none."""
        found = self.records.get((f"{service}.{self.domain}", SRV))
        if not found:
            raise Wrong(f"the zone has no SRV record {service}.{self.domain}")
        # Priority comes first in the wire form, so the smallest is the preferred one.
        rdata = min(data for _, data in found)
        labels, at = [], 6
        while size := rdata[at]:
            labels.append(rdata[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
        if not labels:
            raise Wrong(f"the zone says that {service}.{self.domain} is not offered")
        return ".".join(labels), int.from_bytes(rdata[4:6], "big")

    @property
    def trust(self) -> ssl.SSLContext:
        """A context that trusts the CA and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.ca)
        return context

    @property
    def ca_file(self) -> str:
        """The CA as a file, for clients that want one."""
        path = Path("/tmp/ca.pem")  # noqa: S108 - the container's own memory
        if not path.exists():
            path.write_text(self.ca)
        return str(path)
