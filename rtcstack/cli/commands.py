"""The names of all commands, in the order in which `--help` shows them; each is a module of this package."""

COMMANDS = (
    "init",
    "plan",
    "up",
    "down",
    "status",
    "ports",
    "check",
    "zone",
    "firewall",
    "ca",
    "logs",
    "add-user",
    "passwd",
    "alias-user",
    "disable-user",
    "enable-user",
    "rename-user",
    "remove-user",
    "show-user",
    "list-users",
    "import-users",
    "export-users",
    "check-users",
    "rotate-secrets",
    "install-timers",
)
HIDDEN: tuple[str, ...] = ("demo",)
GROUPS = ("certs", "dns")
"""Modules that hold an application of their own: commands of two words."""
