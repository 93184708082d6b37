"""DawDreamer, which renders a graph of processors with automation for each sample: python dawdreamer_host.py BUNDLE"""

import os
import sys
import tempfile

import dawdreamer
import numpy as np

import checks


class Plugin:
    def __init__(self, bundle):
        self.engine = dawdreamer.RenderEngine(checks.RATE, checks.BLOCK)
        self.plugin = self.engine.make_plugin_processor("tiller", bundle)
        described = self.plugin.get_parameters_description()
        self.indices = {entry["name"].lower().replace(" ", "_").replace("/", "_"): entry["index"] for entry in described}

    def index(self, name):
        return next(index for key, index in self.indices.items() if key == name or key.startswith(f"{name}:"))

    def set(self, name, normalised):
        self.plugin.set_parameter(self.index(name), normalised)

    def save(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            self.plugin.save_state(path)
            with open(path, "rb") as file:
                return file.read()

    def load(self, state):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            with open(path, "wb") as file:
                file.write(state)
            self.plugin.load_state(path)

    def latency(self):
        return int(self.plugin.get_latency_samples())

    def render(self, audio, moved=None):
        if moved is not None:
            automation = np.zeros(audio.shape[1], dtype=np.float32)
            automation[checks.MOVED_AT :] = moved
            self.plugin.set_automation(self.index("input_1"), automation)
        source = self.engine.make_playback_processor("loop", audio)
        self.engine.load_graph([(source, []), (self.plugin, ["loop"])])
        self.engine.render(audio.shape[1] / checks.RATE)
        return self.engine.get_audio()[:, : audio.shape[1]]


checks.run("DawDreamer", lambda: Plugin(sys.argv[1]), compensates=False)
