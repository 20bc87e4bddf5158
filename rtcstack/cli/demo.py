"""`rtcstack demo`, which `script/demo` runs after its set-up."""

from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say, say_table
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.demo import DemoResult


def command(
    context: typer.Context,
    *,
    away: Annotated[bool, typer.Option("--down", help="Take the demo away again.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="With --down: the images too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted for scripts; the demo asks nothing.")] = False,
) -> None:
    """Show a whole stack of falcot.com on this host: start it, add two people, prove that they can log in everywhere."""
    from rtcstack.errors import RequestError
    from rtcstack.workflow.demo import demo
    from rtcstack.workflow.demo_down import take_away

    del yes
    directory = settings(context).directory
    if purge and not away:
        raise RequestError("--purge goes with --down", hint="Type `script/demo --down --purge`.")
    if away:
        with steps("demo") as progress:
            there = take_away(directory, purge=purge, progress=progress)
        remark("The demo is gone." if there else "There is no demo here.")
        return
    with steps("demo") as progress:
        result = demo(directory, progress)
    show(result)
    raise typer.Exit(0 if result.ok else 1)


def show(result: "DemoResult") -> None:
    """Given what the demo has shown, show the zone, the proof, what is reachable where, and what to type next."""
    from rtcstack.cli.status import show as show_status

    records = [(r.owner.to_text(), r.type, str(r.rdata)) for printed in result.zone.zones for r in printed.records]
    say_table(("name", "type", "value"), records, title="The zone (`rtcstack zone` prints it ready to paste, with reasons)")
    rows = [(proof.service, proof.tried, "as it must" if proof.ok else "WRONG", proof.happened) for proof in result.proofs]
    say_table(("service", "tried by clients on the network", "ended", "what happened"), rows)
    show_status(result.up.health, result.installation)
    for person in result.people:
        if person.name in result.added:
            say(f"{person.name}@{result.installation.stack.site.domain}  password {person.password}")
    if not result.added:
        say("The passwords of roland and laura are in secrets/demo-people.")
    say("Look: `.venv/bin/rtcstack status`. More people: `.venv/bin/rtcstack add-user NAME`. Take it away: `script/demo --down`.")
