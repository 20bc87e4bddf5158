"""What a recording holds: how loud it is, and its pitch."""

import wave
from array import array
from itertools import pairwise
from pathlib import Path
from statistics import median

QUIET = 200
"""Of 32767: below it is silence."""


def heard(recording: Path) -> tuple[float, float]:
    """Given a recording, return its mean amplitude and its pitch in Hz, told by its periods; zeroes for an empty one."""
    try:
        with wave.open(str(recording)) as sound:
            rate, channels = sound.getframerate(), sound.getnchannels()
            samples = array("h", sound.readframes(sound.getnframes()))[::channels]
    except (FileNotFoundError, EOFError, wave.Error):
        return 0.0, 0.0
    loud = [sample for sample in samples if abs(sample) > QUIET]
    if len(loud) < rate // 2:
        return 0.0, 0.0
    # Where the line between two samples crosses zero: a period is no whole number of samples.
    rises = [at - one / (other - one) for at, (one, other) in enumerate(pairwise(samples)) if one < 0 <= other]
    # The middle one of all periods: a busy machine leaves gaps, and gaps make single periods long, not most of them.
    periods = [later - earlier for earlier, later in pairwise(rises)]
    pitch = rate / median(periods) if periods else 0.0
    return sum(map(abs, samples)) / len(samples), pitch
