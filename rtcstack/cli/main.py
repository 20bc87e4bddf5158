"""The entry point: one typer application, one file per command, errors caught in this one place."""

import logging
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from rtcstack import __version__
from rtcstack.cli.commands import COMMANDS, GROUPS, HIDDEN
from rtcstack.cli.output import say, show_error
from rtcstack.cli.settings import Settings, hoist
from rtcstack.errors import RtcstackError

app = typer.Typer(
    name="rtcstack",
    help="TURN, SIP and XMPP for your domain, each on its own address and port 443, from one small file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's callback shape
    if value:
        say(f"rtcstack {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    directory: Annotated[Path, typer.Option(help="The folder that holds rtcstack.toml, compose/ and secrets/.")] = Path(),
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every external command, ready to paste.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    del version
    context.obj = Settings(directory=directory, verbose=verbose, debug=debug)
    if verbose:
        logging.basicConfig(level=logging.INFO, format="+ %(message)s", stream=sys.stderr)
        logging.getLogger("urllib3").setLevel(logging.WARNING)


def _register() -> None:
    for name in (*COMMANDS, *HIDDEN):
        module = import_module(f"rtcstack.cli.{name.replace('-', '_')}")
        app.command(name, hidden=name in HIDDEN)(module.command)
    for name in GROUPS:
        app.add_typer(import_module(f"rtcstack.cli.{name}").app, name=name)


def run() -> None:
    """Run the command line: exit code 0 done, 1 the world failed, 2 a wrong request."""
    _register()
    arguments = hoist(sys.argv[1:])
    try:
        app(args=arguments)
    except RtcstackError as error:
        if "--debug" in arguments:
            raise
        show_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        if "--debug" in arguments:
            raise
        show_error(RtcstackError(f"a mistake in rtcstack: {error!r}", hint="Type it again with --debug, and report what it shows."))
        sys.exit(1)
