"""Sound for softphones: a tone to send, and how loud a recording is."""

import io
import math
import wave
from array import array

LOUD = 1000
"""Mean amplitude, of 32767, above which a recording holds a tone and not silence."""


def tone(hertz: int, seconds: int = 20) -> bytes:
    """Given a frequency, return a WAV file of it: mono, 8 kHz, 16 bits."""
    file = io.BytesIO()
    samples = array("h", [int(12000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(8000 * seconds)])
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def loudness(recording: bytes) -> float:
    """Given the bytes of a WAV file, finished or not, return its mean amplitude; 0 for nothing."""
    sound = recording[44:]
    samples = array("h", sound[: len(sound) // 2 * 2])
    return sum(map(abs, samples)) / len(samples) if samples else 0.0
