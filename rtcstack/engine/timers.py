"""Timers of the machine, put in place and taken away through a container: the caller needs no root."""

from pathlib import Path

from rtcstack.engine.docker import Engine
from rtcstack.engine.links import SYSTEMD, UNITS
from rtcstack.errors import WorldError
from rtcstack.plan.stack import StackPlan
from rtcstack.render.timers import Call, base_name, cron_file, service_unit, timer_unit

CRON = Path("/etc/cron.d")
_CRON_NAMES = frozenset({"cron", "crond"})


def kind() -> str:
    """Return what this machine calls programs by: `systemd`, `cron`, or "" if neither runs."""
    if SYSTEMD.is_dir():
        return "systemd"
    return "cron" if CRON.is_dir() and _cron_runs() else ""


def installed(stack: StackPlan) -> str:
    """Given the plan, return what renews its certificates by itself: `systemd`, `cron`, or ""."""
    if (UNITS / f"{base_name(stack)}.timer").exists():
        return "systemd"
    return "cron" if (CRON / base_name(stack)).exists() else ""


def install(engine: Engine, image: str, stack: StackPlan, call: Call, how: str) -> None:
    """Given what the machine has, put the timer in place and enable it for the next boot. Raise WorldError if that failed."""
    name = base_name(stack)
    if how == "cron":
        _write(engine, image, CRON, name, cron_file(stack, call))
        return
    _write(engine, image, UNITS, f"{name}.service", service_unit(stack, call))
    _write(engine, image, UNITS, f"{name}.timer", timer_unit(stack))
    script = f"mkdir -p /there/timers.target.wants && ln -sf ../{name}.timer /there/timers.target.wants/{name}.timer"
    _run(engine, image, UNITS, script, b"")


def remove(engine: Engine, image: str, stack: StackPlan) -> bool:
    """Given the plan, take its timers away; return whether there was one."""
    name = base_name(stack)
    found = False
    for folder, files in (
        (UNITS, (f"timers.target.wants/{name}.timer", f"{name}.timer", f"{name}.service")),
        (CRON, (name,)),
    ):
        # A link whose target is gone counts too.
        if any((folder / file).exists() or (folder / file).is_symlink() for file in files):
            found = True
            _run(engine, image, folder, "rm -f " + " ".join(f"/there/{file}" for file in files), b"")
    return found


def _write(engine: Engine, image: str, folder: Path, name: str, content: bytes) -> None:
    # cron leaves files with a dot in their names alone.
    script = f"set -eu; umask 077; cat >/there/.{name}.new; chmod 644 /there/.{name}.new; mv /there/.{name}.new /there/{name}"
    _run(engine, image, folder, script, content)


def _run(engine: Engine, image: str, folder: Path, script: str, stdin: bytes) -> None:
    result = engine.run(image, ["sh", "-c", script], binds={str(folder): "/there"}, capabilities=["DAC_OVERRIDE"], stdin=stdin)
    if result.exit_code != 0:
        raise WorldError(f"the timer could not be changed: {result.stderr.decode(errors='replace').strip()}")


def _cron_runs() -> bool:
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() in _CRON_NAMES:
                return True
        except OSError:
            continue
    return False
