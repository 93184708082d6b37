"""What is checked of the built VST3 in hosts of the Python package index; each has a driver of its own beside this file."""

import sys

import numpy as np

RATE = 44_100
BLOCK = 512
SECONDS = 3
"""Sample at which the automation moves the first input: no multiple of the block."""
MOVED_AT = 65_536 + 100


def loop():
    """Decaying noise bursts, four a second: (2, samples) of float32, well below the output's ceiling."""
    samples = SECONDS * RATE
    noise = np.random.default_rng(1).standard_normal((2, samples)) * 0.1
    return (noise * np.exp(-(np.arange(samples) % (RATE // 4)) / 1500)).astype(np.float32)


def delayed(audio, samples):
    return np.pad(audio, ((0, 0), (samples, 0)))[:, : audio.shape[1]]


class Checks:
    """Prints a line for each check; `finish` ends the process with 1 where one has failed."""

    def __init__(self, host):
        self.host = host
        self.failed = False

    def check(self, what, holds, figure):
        self.failed = self.failed or not holds
        print(f"{'pass' if holds else 'FAIL'} {self.host}: {what} ({figure})", flush=True)

    def finish(self):
        sys.exit(1 if self.failed else 0)


def run(host, make, compensates):
    """
    `make()` loads the plugin and returns an object with `set(name, normalised)`, `save()`, `load(state)`, `latency()` in samples, and
    `render(audio, moved=None)`, where `moved` is the normalised value of the first input from MOVED_AT on, 0 before that.
    `compensates`: whether the host takes the latency off what it returns.
    """
    checks = Checks(host)
    audio = loop()

    plugin = make()
    plugin.set("dry_wet", 0.0)
    dry = plugin.render(audio)
    latency = plugin.latency()
    late = 0 if compensates else latency
    same = np.array_equal(dry[:, late:], audio[:, : audio.shape[1] - late]) and latency > 0
    checks.check("the dry track is aligned by the reported latency, to the bit", same, f"{latency} samples")

    def renders(moved=None):
        instance = make()
        instance.set("dry_wet", 1.0)
        return instance, instance.render(audio, moved)

    plugin, wet = renders()
    difference = float(np.abs(wet - dry).mean())
    checks.check("the model is heard", difference > 1e-3 and float(np.abs(wet).mean()) > 1e-4, f"mean difference to the dry track {difference:.4f}")
    state = plugin.save()

    _, again = renders()
    checks.check("two renders are equal to the bit", np.array_equal(wet, again), f"{audio.shape[1]} samples")

    restored = make()
    restored.load(state)
    checks.check("a restored state renders the same bits", np.array_equal(wet, restored.render(audio)), f"{len(state)} bytes")

    _, low = renders(0.0)
    _, moved = renders(1.0)
    _, moved_again = renders(1.0)
    differs = np.flatnonzero(np.any(low != moved, axis=0))
    first = int(differs[0]) if len(differs) > 0 else -1
    # Automation is heard from the latent frame on that contains its sample; the model's own delay lies before that.
    at = first - MOVED_AT - late
    heard = first >= 0 and -2 * latency < at < latency + BLOCK
    checks.check("automation of an input is heard at its place", heard, f"{at} samples from there")
    checks.check("and is the same twice", np.array_equal(moved, moved_again), f"{len(differs)} samples differ from the unmoved")
    checks.finish()
