"""What a recording holds: how loud it is, and its pitch."""

import wave
from array import array
from itertools import pairwise
from pathlib import Path

QUIET = 200
"""Of 32767: below it is silence."""


def heard(recording: Path) -> tuple[float, float]:
    """Given a recording, return its mean amplitude and its pitch in Hz, counted by zero crossings; zeroes for an empty one."""
    try:
        with wave.open(str(recording)) as sound:
            rate, channels = sound.getframerate(), sound.getnchannels()
            samples = array("h", sound.readframes(sound.getnframes()))[::channels]
    except (FileNotFoundError, EOFError, wave.Error):
        return 0.0, 0.0
    loud = [sample for sample in samples if abs(sample) > QUIET]
    if len(loud) < rate // 2:
        return 0.0, 0.0
    crossings = sum((one < 0) != (other < 0) for one, other in pairwise(samples) if abs(one) + abs(other) > QUIET)
    return sum(map(abs, samples)) / len(samples), crossings / 2 * rate / len(samples)
