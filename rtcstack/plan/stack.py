"""The whole plan: the site and every service, and the few questions that services ask about each other by role."""

from dataclasses import dataclass

from rtcstack.plan.database import DatabaseRequest
from rtcstack.plan.secret import SecretRequest
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """What must exist. Services are in start order."""

    site: Site
    services: tuple[ServicePlan, ...]

    def service(self, name: str) -> ServicePlan:
        """Given a service's name, return its plan. Raise KeyError."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    def role(self, role: str) -> ServicePlan:
        """Given a role, return the service that fills it. Raise KeyError: a service needs one that nobody provides."""
        for service in self.services:
            if service.role == role:
                return service
        raise KeyError(role)

    def having(self, role: str) -> ServicePlan | None:
        """Given a role, return the service that fills it, or None: it is optional and not enabled."""
        return next((service for service in self.services if service.role == role), None)

    def issued_by(self, source: str) -> tuple[ServicePlan, ...]:
        """Given a source of certificates, return the services whose certificates come from there."""
        return tuple(service for service in self.services if service.certificate is not None and service.source == source)

    @property
    def databases(self) -> tuple[DatabaseRequest, ...]:
        """Every database that a service asked for."""
        return tuple(service.database for service in self.services if service.database is not None)

    @property
    def secrets(self) -> tuple[SecretRequest, ...]:
        """Every secret that must exist, each once, by name; of what several ask for, the longest overlap counts."""
        found: dict[str, SecretRequest] = {}
        for request in (request for service in self.services for request in service.all_secrets):
            other = found.get(request.name)
            if other is None or (request.overlap or 0) > (other.overlap or 0):
                found[request.name] = request
        return tuple(found[key] for key in sorted(found))
