"""A switch of ports as people and scripts are shown it: what changes, and in which order. Pure."""

from collections.abc import Iterator

from rtcstack.workflow.dns.told import record_lines
from rtcstack.workflow.ports import Switch
from rtcstack.zone.switch import When


def lines(switch: Switch) -> Iterator[str]:
    """Given a switch, yield its operations, and a line for each record that goes ("-") or comes ("+")."""
    yield from map(str, switch.operations)
    yield from record_lines(switch.records)


def advice(switch: Switch) -> Iterator[str]:
    """Given a switch, yield in which order it and the records go, as sentences."""
    if not switch.records:
        return
    seconds = switch.patience
    if switch.served:
        yield "The stack's own name server changes these records by itself. Where they are served elsewhere too:"
    match switch.when:
        case When.AFTER:
            yield "Records: change them when this has ended. Nobody has to wait: what was known before goes on working."
        case When.BEFORE:
            yield (
                f"Records: change them first (`rtcstack zone` in a copy of the file, or the lines above), and wait {seconds} s. "
                "Until then, clients that remember the old ones try closed ports."
            )
        case When.TOGETHER:
            yield (
                f"Records: change them at the same moment. For up to {seconds} s clients that remember the old ones try closed "
                "ports. To spare them that, shorten the time to live of the old records a day before, or go by way of "
                "`rtcstack ports both`, which cuts off those who are connected once more."
            )


def data(switch: Switch) -> dict[str, object]:
    """Given a switch, return what `--json` shows."""
    return {
        "ports": switch.after,
        "before": switch.before,
        "operations": [str(operation) for operation in switch.operations],
        "changed_records": [
            {
                "owner": step.key[0].to_text(),
                "type": step.key[1],
                "ttl": step.ttl,
                "remove": [str(value) for value in step.gone],
                "add": [str(value) for value in step.come],
                "when": str(switch.when),
                "wait_seconds": switch.patience if switch.when is not When.AFTER else 0,
            }
            for step in switch.records
        ],
    }
