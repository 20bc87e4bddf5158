"""What lets certificates be renewed by themselves: a systemd service with its timer, or a line for cron; once an hour."""

from dataclasses import dataclass

from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import HEADER


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How rtcstack is called for an installation: the interpreter, where the package lies, the directory, and the user's name.

    `host` is DOCKER_HOST as it was when the timer was installed, or "".
    """

    python: str
    package: str
    directory: str
    user: str
    host: str = ""

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line."""
        return (self.python, "-m", "rtcstack", "--directory", self.directory, "certs", "renew", "--due")


def base_name(stack: StackPlan) -> str:
    """Given the plan, return the name of the units, without their ending, and of the file for cron."""
    return f"rtcstack-{stack.site.name}-renew"


def service_unit(stack: StackPlan, call: Call) -> bytes:
    """Given the plan and the call, return the systemd service that renews what is due (systemd.service(5))."""
    lines = [
        f"# {HEADER}",
        "[Unit]",
        f"Description=Renew the certificates of the rtcstack {stack.site.name} that are due",
        "Wants=network-online.target",
        "After=network-online.target docker.service",
        "",
        "[Service]",
        "Type=oneshot",
        f"User={call.user}",
        f"WorkingDirectory={_percent(call.package)}",
        *([f"Environment={_quoted(f'DOCKER_HOST={call.host}')}"] if call.host else []),
        f"ExecStart={' '.join(_quoted(word).replace('$', '$$') for word in call.argv)}",
        "TimeoutStartSec=1h",
        "Nice=10",
        "",
    ]
    return "\n".join(lines).encode()


def timer_unit(stack: StackPlan) -> bytes:
    """Given the plan, return the systemd timer (systemd.timer(5)): every hour, and after a time without power at once."""
    lines = [
        f"# {HEADER}",
        "[Unit]",
        f"Description=Look every hour which certificates of the rtcstack {stack.site.name} are due",
        "",
        "[Timer]",
        "OnCalendar=hourly",
        "RandomizedDelaySec=10min",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return "\n".join(lines).encode()


def cron_line(stack: StackPlan, call: Call) -> str:
    """Given the plan and the call, return the line for a file in /etc/cron.d (crontab(5)); it says nothing if nothing is due."""
    # Not everybody at the full hour.
    minute = sum(stack.site.name.encode()) % 60
    host = f"DOCKER_HOST={_shell(call.host)} " if call.host else ""
    command = f"cd {_shell(call.package)} && {host}{' '.join(_shell(word) for word in call.argv)}"
    return f"{minute} * * * * {call.user} " + command.replace("%", r"\%")


def cron_file(stack: StackPlan, call: Call) -> bytes:
    """Given the plan and the call, return the whole file for /etc/cron.d."""
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return f"# {HEADER}\n{path}\n{cron_line(stack, call)}\n".encode()


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    # As systemd reads a word (systemd.syntax(7)).
    return '"' + _percent(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
