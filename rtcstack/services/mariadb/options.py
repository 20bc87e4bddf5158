"""What the file may say about the database: little, for it has no place on the LAN."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from rtcstack.spec.model import ServiceOptions


class MariaDBOptions(ServiceOptions):
    """`buffer_pool` in MiB: the part of the data that is kept in memory."""

    buffer_pool: Annotated[int, Field(ge=8, le=65536)] = 16

    @model_validator(mode="after")
    def _internal(self) -> Self:
        if any(value is not None for value in (self.address, self.address6, self.public_address, self.hostname)):
            raise ValueError("the database lives on the internal network only: it takes no address and no host name")
        return self
