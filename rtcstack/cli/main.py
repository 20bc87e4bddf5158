"""The entry point: one typer application, one file per command, errors caught in this one place."""

import typer


def run() -> None:
    """Run the command line."""
    typer.Typer(no_args_is_help=True)()
