"""`python -m rtcstack` is the same as `rtcstack`."""

from rtcstack.cli.main import run

if __name__ == "__main__":
    run()
