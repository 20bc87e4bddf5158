import math
import subprocess
import sys
import wave
from array import array
from pathlib import Path

import pytest

PROVE = Path(__file__).parents[3] / "images" / "client" / "prove"
RATE = 8000


def record(path: Path, hertz: float, loudness: float, seconds: float) -> None:
    samples = array("h", (int(loudness * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds))))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())


@pytest.mark.parametrize(
    ("hertz", "loudness", "seconds", "pitch"),
    [(440, 8000, 2.0, 440), (660, 8000, 2.0, 660), (440, 50, 2.0, 0), (440, 8000, 0.1, 0)],
)
def test_tells_a_tone_from_another_and_from_silence(
    tmp_path: Path, hertz: float, loudness: float, seconds: float, pitch: float
) -> None:
    recording = tmp_path / "heard.wav"
    record(recording, hertz, loudness, seconds)
    code = "import sys; from pathlib import Path; from sound import heard; print(heard(Path(sys.argv[1]))[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(recording)], cwd=PROVE, capture_output=True, text=True, timeout=30, check=True
    )
    assert float(done.stdout) == pytest.approx(pitch, abs=5)
