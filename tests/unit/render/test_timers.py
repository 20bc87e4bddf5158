"""The timer's files, whole; and names that systemd, cron and the shell would read as something else."""

from pathlib import Path

from rtcstack.render.timers import Call, cron_file, cron_line, service_unit, timer_unit
from rtcstack.workflow.context import plan_text

STACK = plan_text(Path("/"), 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n').stack
CALL = Call(python="/opt/rtcstack/bin/python", package="/opt/rtcstack/lib", directory="/srv/rtc", user="roland")
ODD = Call(
    python="/opt/py",
    package="/opt/100%",
    directory="""/srv/a "b" 'c' $d 50%\\e""",
    user="roland",
    host="unix:///run/my docker.sock",
)


def test_the_service_runs_one_command_as_the_owner() -> None:
    assert service_unit(STACK, CALL).decode().splitlines()[1:] == [
        "[Unit]",
        "Description=Renew the certificates of the rtcstack falcot that are due",
        "Wants=network-online.target",
        "After=network-online.target docker.service",
        "",
        "[Service]",
        "Type=oneshot",
        "User=roland",
        "WorkingDirectory=/opt/rtcstack/lib",
        'ExecStart="/opt/rtcstack/bin/python" "-m" "rtcstack" "--directory" "/srv/rtc" "certs" "renew" "--due"',
        "TimeoutStartSec=1h",
        "Nice=10",
    ]


def test_the_timer_calls_every_hour_and_makes_up_for_lost_time() -> None:
    text = timer_unit(STACK).decode()
    assert "OnCalendar=hourly\nRandomizedDelaySec=10min\nPersistent=true\n" in text
    assert text.endswith("[Install]\nWantedBy=timers.target\n")


def test_cron_gets_a_user_and_a_quiet_path() -> None:
    assert cron_line(STACK, CALL) == (
        "33 * * * * roland cd '/opt/rtcstack/lib' && '/opt/rtcstack/bin/python' '-m' 'rtcstack' '--directory' '/srv/rtc'"
        " 'certs' 'renew' '--due'"
    )
    assert cron_file(STACK, CALL).decode().splitlines()[1].startswith("PATH=")


def test_what_would_be_read_as_something_else_is_quoted() -> None:
    service = service_unit(STACK, ODD).decode()
    assert r'''"/srv/a \"b\" 'c' $$d 50%%\\e"''' in service
    assert 'Environment="DOCKER_HOST=unix:///run/my docker.sock"' in service
    assert "WorkingDirectory=/opt/100%%\n" in service
    line = cron_line(STACK, ODD)
    assert r"""'/srv/a "b" '\''c'\'' $d 50\%\e'""" in line
    assert "DOCKER_HOST='unix:///run/my docker.sock' '/opt/py'" in line
