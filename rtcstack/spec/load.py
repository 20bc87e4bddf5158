"""From the text of `rtcstack.toml` to a frozen spec: every problem at once, each with its dotted path and what is allowed."""

import re
import tomllib
from collections.abc import Mapping

from pydantic import BaseModel, Field, ValidationError, create_model

from rtcstack.errors import Problem, RequestError
from rtcstack.spec.frozen import Frozen
from rtcstack.spec.model import ServiceOptions, StackSpec

FILE = "rtcstack.toml"


def _model(options: Mapping[str, type[ServiceOptions]]) -> type[StackSpec]:
    fields: dict[str, object] = {
        name.replace("-", "_"): (model, Field(default_factory=model, alias=name)) for name, model in options.items()
    }
    services: type[BaseModel] = create_model("Services", __base__=Frozen, **fields)  # type: ignore[call-overload]
    return create_model(
        "Stack",
        __base__=StackSpec,
        services=(services, Field(default_factory=services)),
    )


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _message(error: Mapping[str, object]) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key"
    if error["type"] == "missing":
        return "is missing"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _derived(data: Mapping[str, object]) -> dict[str, object]:
    domain = data.get("domain")
    if not isinstance(domain, str):
        return {}
    label = re.sub(r"[^a-z0-9]", "", domain.split(".", maxsplit=1)[0].lower()).lstrip("0123456789")
    return {"aliases": [f"sip.{domain}"], "name": label[:10] or "rtcstack"}


def load(text: str, options: Mapping[str, type[ServiceOptions]]) -> StackSpec:
    """Given the file's text and the options model of each service by name, return the spec.

    Raise RequestError that carries every problem, each with its dotted path.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{FILE} is not TOML: {error}", hint="Compare it with what `rtcstack init` writes.") from None
    try:
        spec = _model(options).model_validate({**_derived(data), **data})
    except ValidationError as error:
        # What is only derived from a wrong domain is not one more problem.
        unasked = {"aliases", "name"} - set(data)
        found = [item for item in error.errors(include_url=False) if item["loc"][0] not in unasked]
        raise invalid(tuple(Problem(_path(item["loc"]), _message(item)) for item in found)) from None
    return spec.model_copy(update={"services": {name: getattr(spec.services, name.replace("-", "_")) for name in options}})


def invalid(problems: tuple[Problem, ...]) -> RequestError:
    """Given what is wrong with the file, return the error that reports all of it at once."""
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return RequestError(f"{FILE} has {count}", problems=problems, hint=f"Edit {FILE} and type the command again.")
