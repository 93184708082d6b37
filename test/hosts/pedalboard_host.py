"""Spotify's pedalboard, which renders offline in blocks and takes the latency off: python pedalboard_host.py BUNDLE"""

import sys

import numpy as np
from pedalboard import load_plugin

import checks


class Plugin:
    def __init__(self, bundle):
        self.plugin = load_plugin(bundle)

    def parameter(self, name):
        found = [key for key in self.plugin.parameters if key == name or key.startswith(f"{name}_")]
        return self.plugin.parameters[found[0]]

    def set(self, name, normalised):
        self.parameter(name).raw_value = normalised

    def save(self):
        return self.plugin.raw_state

    def load(self, state):
        self.plugin.raw_state = state

    def latency(self):
        return int(self.plugin.reported_latency_samples)

    def render(self, audio, moved=None):
        if moved is None:
            return self.plugin(audio, checks.RATE, buffer_size=checks.BLOCK, reset=True)
        self.set("input_1", 0.0)
        before = self.plugin(audio[:, : checks.MOVED_AT], checks.RATE, buffer_size=checks.BLOCK, reset=True)
        self.set("input_1", moved)
        # What was held back for the latency comes with the second part.
        rest = self.plugin(audio[:, checks.MOVED_AT :], checks.RATE, buffer_size=checks.BLOCK, reset=False)
        return np.concatenate([before, rest], axis=1)


checks.run("pedalboard", lambda: Plugin(sys.argv[1]), compensates=True)
