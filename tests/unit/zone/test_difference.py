"""The difference: what is written, what is somebody else's, and what holds whatever stands there."""

import dns.name
import dns.rdata
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.zone.difference import Action, Difference, Foreign, Key, RecordSet, Step, Values, difference, ours_after
from rtcstack.zone.update import message

ORIGIN = dns.name.from_text("falcot.com")
SIPS: Key = (dns.name.from_text("_sips._tcp.falcot.com"), "SRV")
HOST: Key = (dns.name.from_text("sip-proxy.falcot.com"), "A")
ALIAS: Key = (HOST[0], "CNAME")


def srv(*texts: str) -> Values:
    return frozenset(dns.rdata.from_text("IN", "SRV", text) for text in texts)


def a(*texts: str) -> Values:
    return frozenset(dns.rdata.from_text("IN", "A", text) for text in texts)


OURS, OLD, THEIRS = srv("0 0 443 sip-proxy.falcot.com."), srv("0 0 5061 sip-proxy.falcot.com."), srv("0 0 5061 pbx.example.")
WANTED = {SIPS: RecordSet(OURS)}


def test_a_foreign_set_is_refused_and_not_touched() -> None:
    found = difference(WANTED, {SIPS: RecordSet(THEIRS)}, {})

    assert found == Difference(foreign=(Foreign(key=SIPS, values=THEIRS),))


def test_a_value_that_we_did_not_push_is_foreign_even_if_it_looks_like_ours() -> None:
    assert difference(WANTED, {SIPS: RecordSet(OLD)}, {}).foreign == (Foreign(key=SIPS, values=OLD),)


def test_an_alias_stands_in_the_way_of_every_type() -> None:
    there = {ALIAS: RecordSet(frozenset({dns.rdata.from_text("IN", "CNAME", "www.falcot.com.")}))}
    wanted = {HOST: RecordSet(a("192.0.2.1"))}

    assert [foreign.key for foreign in difference(wanted, there, {}).foreign] == [ALIAS]
    replaced = difference(wanted, there, {}, replace={ALIAS})
    assert [(step.key, step.action) for step in replaced.steps] == [(ALIAS, Action.REMOVE), (HOST, Action.ADD)]


def test_nothing_there_is_an_addition() -> None:
    (step,) = difference(WANTED, {}, {}).steps

    assert step == Step(key=SIPS, action=Action.ADD, before=None, delete=frozenset(), add=OURS, ttl=3600)


def test_what_we_pushed_before_is_changed() -> None:
    (step,) = difference(WANTED, {SIPS: RecordSet(OLD)}, {SIPS: OLD}).steps

    assert (step.action, step.delete, step.add, step.after) == (Action.CHANGE, OLD, OURS, RecordSet(OURS))


def test_what_is_no_longer_wanted_is_removed_only_if_we_pushed_it() -> None:
    assert difference({}, {SIPS: RecordSet(OLD)}, {}).steps == ()
    (step,) = difference({}, {SIPS: RecordSet(OLD)}, {SIPS: OLD}).steps
    assert (step.action, step.delete, step.after) == (Action.REMOVE, OLD, None)


def test_our_stale_value_goes_and_a_neighbour_stays() -> None:
    found = difference({}, {SIPS: RecordSet(OLD | THEIRS)}, {SIPS: OLD})

    assert found.steps[0].after == RecordSet(THEIRS)
    assert found.beside == (Foreign(key=SIPS, values=THEIRS),)


def test_a_neighbour_of_what_is_there_already_is_in_nobodys_way() -> None:
    found = difference(WANTED, {SIPS: RecordSet(OURS | THEIRS)}, {})

    assert (found.steps, found.foreign, found.beside) == ((), (), (Foreign(key=SIPS, values=THEIRS),))


def test_replace_and_beside_are_the_two_ways_past_a_foreign_set() -> None:
    there = {SIPS: RecordSet(THEIRS)}

    assert difference(WANTED, there, {}, replace={SIPS}).steps[0].after == RecordSet(OURS)
    assert difference(WANTED, there, {}, beside={SIPS}).steps[0].after == RecordSet(OURS | THEIRS)


def test_a_time_to_live_changes_only_where_all_is_ours() -> None:
    there = {SIPS: RecordSet(OURS, 60)}

    assert difference(WANTED, there, {}).steps == ()
    (step,) = difference(WANTED, there, {SIPS: OURS}).steps
    assert (step.action, step.after, step.gone) == (Action.CHANGE, RecordSet(OURS), tuple(OURS))


def test_the_message_holds_each_set_to_what_was_seen() -> None:
    steps = difference({**WANTED, HOST: RecordSet(a("192.0.2.1"))}, {SIPS: RecordSet(OLD)}, {SIPS: OLD}).steps
    text = message(ORIGIN, steps).to_text().split(";PREREQ\n")[1]

    assert text.splitlines() == [
        "_sips._tcp.falcot.com. 0 IN SRV 0 0 5061 sip-proxy.falcot.com.",
        "_sips._tcp.falcot.com. NONE CNAME",
        "sip-proxy.falcot.com. NONE A",
        "sip-proxy.falcot.com. NONE CNAME",
        ";UPDATE",
        "_sips._tcp.falcot.com. 0 NONE SRV 0 0 5061 sip-proxy.falcot.com.",
        "_sips._tcp.falcot.com. 3600 IN SRV 0 0 443 sip-proxy.falcot.com.",
        "sip-proxy.falcot.com. 3600 IN A 192.0.2.1",
        ";ADDITIONAL",
    ]


def test_a_set_with_another_time_to_live_is_put_in_anew_with_all_that_stays() -> None:
    steps = difference(WANTED, {SIPS: RecordSet(OLD | THEIRS, 60)}, {SIPS: OLD}, beside={SIPS}).steps
    text = message(ORIGIN, steps).to_text().split(";UPDATE\n")[1]

    assert text.splitlines()[:3] == [
        "_sips._tcp.falcot.com. ANY SRV",
        "_sips._tcp.falcot.com. 3600 IN SRV 0 0 443 sip-proxy.falcot.com.",
        "_sips._tcp.falcot.com. 3600 IN SRV 0 0 5061 pbx.example.",
    ]


KEYS = [(dns.name.from_text(f"{label}.falcot.com"), "A") for label in ("one", "two", "three")]
VALUES = st.frozensets(st.integers(1, 5)).map(lambda numbers: a(*(f"192.0.2.{number}" for number in numbers)))
TTLS = st.sampled_from([60, 3600])
SETS = st.dictionaries(st.sampled_from(KEYS), st.builds(RecordSet, VALUES.filter(bool), TTLS))
PUSHED = st.dictionaries(st.sampled_from(KEYS), VALUES)
CHOSEN = st.frozensets(st.sampled_from(KEYS))


def applied(found: dict[Key, RecordSet], steps: tuple[Step, ...]) -> dict[Key, RecordSet]:
    after = dict(found)
    for step in steps:
        # What the server checks: the set is exactly as it was seen.
        assert step.before == found.get(step.key)
        left = step.after
        if left is None:
            del after[step.key]
        else:
            after[step.key] = left
    return after


@given(SETS, SETS, PUSHED)
def test_nobody_loses_a_value_that_we_did_not_push(
    wanted: dict[Key, RecordSet], found: dict[Key, RecordSet], pushed: dict[Key, Values]
) -> None:
    after = applied(found, difference(wanted, found, pushed).steps)

    for key, there in found.items():
        left = after[key].values if key in after else frozenset()
        assert there.values - pushed.get(key, frozenset()) <= left


@given(SETS, SETS)
def test_without_a_memory_nothing_is_ever_deleted(wanted: dict[Key, RecordSet], found: dict[Key, RecordSet]) -> None:
    assert [step for step in difference(wanted, found, {}).steps if step.delete] == []


@given(SETS, SETS, PUSHED, CHOSEN, CHOSEN)
def test_what_is_not_refused_is_there_afterwards_and_there_is_nothing_to_do_then(
    wanted: dict[Key, RecordSet],
    found: dict[Key, RecordSet],
    pushed: dict[Key, Values],
    replace: frozenset[Key],
    beside: frozenset[Key],
) -> None:
    first = difference(wanted, found, pushed, replace=replace, beside=beside)
    after = applied(found, first.steps)
    refused = {foreign.key for foreign in first.foreign}
    for key in wanted.keys() - refused:
        assert wanted[key].values <= after[key].values
    ours = pushed | {step.key: ours_after(wanted, step, pushed.get(step.key, frozenset())) for step in first.steps}
    for key, values in ours.items():
        if key in {step.key for step in first.steps}:
            assert values <= (after[key].values if key in after else frozenset())
    again = difference(wanted, after, ours, replace=replace, beside=beside)
    assert again.steps == ()
    assert {foreign.key for foreign in again.foreign} == refused


@given(SETS, SETS, PUSHED, CHOSEN)
def test_other_sets_are_never_in_a_step(
    wanted: dict[Key, RecordSet], found: dict[Key, RecordSet], pushed: dict[Key, Values], replace: frozenset[Key]
) -> None:
    steps = difference(wanted, found, pushed, replace=replace).steps

    assert {step.key for step in steps} <= wanted.keys() | pushed.keys()
