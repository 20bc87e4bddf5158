"""The probes against the real servers: from the host over our own link, and from a container on the network."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from rtcstack.engine.docker import Engine
from rtcstack.pki.certificates import fingerprint
from rtcstack.plan.listener import Listener, Transport
from rtcstack.probes.result import ProbeResult
from rtcstack.probes.run import probe_all
from rtcstack.workflow.context import open_installation
from rtcstack.workflow.converge import build_images
from rtcstack.workflow.inside import IMAGE, probe_inside
from tests.stack.installation import Stack
from tests.stack.lab import wrong_ca

Ask = Callable[[tuple[Listener, ...], bytes], tuple[ProbeResult, ...]]


def listeners(stack: Stack) -> tuple[Listener, ...]:
    return tuple(listener for service in stack.plan.services for listener in service.listeners if not listener.internal)


def encrypted(listener: Listener) -> bool:
    """Whether a certificate is verified there; DTLS shows one and leaves the verifying to the TLS probe."""
    return listener.transport is Transport.TLS or listener.starttls


@pytest.fixture(params=["host", "container"])
def ask(stack: Stack, request: pytest.FixtureRequest) -> Ask:
    if request.param == "host":
        return probe_all
    installation = open_installation(stack.directory)
    with Engine() as engine:
        build_images(engine, {IMAGE}, installation.directory, lambda _: None)
    return partial(inside, stack)


def inside(stack: Stack, asked: tuple[Listener, ...], ca: bytes) -> tuple[ProbeResult, ...]:
    with Engine() as engine:
        return probe_inside(open_installation(stack.directory), engine, asked, ca)


def test_another_ca_is_refused_everywhere_then_ours_is_accepted(stack: Stack, ask: Ask) -> None:
    every = listeners(stack)
    tls = [listener for listener in every if encrypted(listener)]
    assert len(tls) >= 12
    refused = ask(tuple(tls), wrong_ca(stack.ca.read_bytes()))
    assert [r.happened for r in refused if r.ok or "the certificate is refused" not in r.happened] == []
    answered = ask(every, stack.ca.read_bytes())
    assert [(r.tried, r.happened) for r in answered if not r.ok] == []


def test_a_name_that_is_not_in_the_certificate_is_refused(stack: Stack) -> None:
    wrong = [replace(listener, identity="wrong.falcot.com") for listener in listeners(stack) if encrypted(listener)]
    results = probe_all(wrong, stack.ca.read_bytes())
    # A server that knows nobody of that name may hang up before it shows a certificate.
    assert [r.tried for r in results if r.ok] == []


def test_every_service_serves_the_certificate_that_was_issued_for_it(stack: Stack) -> None:
    for service in stack.plan.services:
        shown = {
            result.certificate_sha256
            for result in probe_all([item for item in service.listeners if not item.internal], stack.ca.read_bytes())
            if result.certificate_sha256
        }
        if service.certificate is not None:
            assert shown == {fingerprint((stack.directory / "secrets" / f"{service.name}.crt").read_bytes())}, service.name


def test_a_port_beside_the_real_one_is_closed(stack: Stack) -> None:
    beside = [replace(listener, port=444) for listener in listeners(stack) if listener.transport in (Transport.TCP, Transport.TLS)]
    assert {result.happened for result in probe_all(beside, stack.ca.read_bytes())} == {"nothing listens there"}


def test_all_of_them_cost_little(stack: Stack) -> None:
    every, ca = listeners(stack), stack.ca.read_bytes()
    probe_all(every, ca)
    began = time.process_time()
    probe_all(every, ca)
    assert time.process_time() - began < 0.3
