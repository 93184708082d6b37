"""Training on a GPU: on a real one where there is one, else on a simulated one (`simulated_gpu.py`).

Run: python3 -m unittest test_gpu -v
"""

from __future__ import annotations

import csv
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch

from export import LatentBasis, load_checkpoint, streaming_script
from simulated_gpu import SUPPORTED, SimulatedGpu
from small_models import random_basis, small_run, train_to, write_noise
from train import Run

REAL = torch.cuda.is_available()


class Folder(unittest.TestCase):
    """A data set in a folder of its own for each test."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        write_noise(self.folder)

    def run_of(self, name: str, *extra: str) -> Run:
        return small_run(self.folder, name, *extra)

    def after(self, name: str) -> list[str]:
        """The words that start a second stage from run `name`."""
        return ["--adversarial-from", str(self.folder / name / "checkpoint.pt")]


@unittest.skipIf(REAL, "there is a GPU")
class WithoutGpu(Folder):
    def test_asking_for_one_says_so(self) -> None:
        with self.assertRaisesRegex(SystemExit, "sees no CUDA device"):
            self.run_of("run", "--device", "cuda")

    def test_the_processor_is_taken(self) -> None:
        self.assertEqual(self.run_of("run").device.type, "cpu")


@unittest.skipUnless(REAL or SUPPORTED, "the simulation leans on what torch 1.13 keeps private")
class OnGpu(Folder):
    def setUp(self) -> None:
        super().setUp()
        if not REAL:
            self.gpu = SimulatedGpu()
            self.gpu.__enter__()
            self.addCleanup(self.leave)

    def leave(self) -> None:
        """Takes the simulated device away; a second call does nothing."""
        if not REAL and torch.cuda.is_available():
            self.gpu.__exit__(None, None, None)

    def rows(self, run: str, file: str) -> list[dict[str, str]]:
        with (self.folder / run / file).open(newline="") as text:
            return list(csv.DictReader(text))

    def assert_on_gpu(self, run: Run) -> None:
        tensors = [*run.model.state_dict().values(), *run.slow.state_dict().values(), *run.clips.values()]
        optimisers = [run.optimiser]
        if run.adversary:
            tensors += run.adversary.model.state_dict().values()
            optimisers.append(run.adversary.optimiser)
        for optimiser in optimisers:
            for state in optimiser.state.values():
                tensors += [value for key, value in state.items() if key != "step"]
                self.assertEqual(state["step"].device.type, "cpu")
        self.assertEqual({tensor.device.type for tensor in tensors}, {"cuda"})

    def test_both_stages_run_there_from_first_step_to_last(self) -> None:
        """Steps of tones alone, whole steps, adversarial steps; logs, evaluations and checkpoints between them."""
        for name, extra in (("first", []), ("second", self.after("first"))):
            run = self.run_of(name, *extra)
            with mock.patch("signal.signal"):
                run.train()
            self.assertEqual(run.step, 6)
            self.assert_on_gpu(run)
            self.assertEqual([row["step"] for row in self.rows(name, "log.csv")], ["2", "4", "6"])
            figures = self.rows(name, "held-out.csv")
            self.assertEqual([row["step"] for row in figures], ["3", "6"])
            self.assertGreater(float(figures[0]["noise"]), 0.1)

    def test_resumed_run_equals_an_unbroken_one(self) -> None:
        """So the device's own generator is in the checkpoint. A real device sums in an order of its own: hence a tolerance."""
        close = {"rtol": 1e-3, "atol": 1e-4} if REAL else {"rtol": 0, "atol": 0}
        for kind, extra in (("", []), ("-2", self.after("whole"))):
            whole = train_to(self.run_of(f"whole{kind}", *extra), 6)
            train_to(self.run_of(f"halves{kind}", *extra), 3)
            resumed = self.run_of(f"halves{kind}", *extra)
            halves = train_to(resumed, 6)
            self.assert_on_gpu(resumed)
            for key, value in whole.items():
                torch.testing.assert_close(halves[key].cpu(), value.cpu(), msg=key, **close)

    def test_a_checkpoint_opens_on_the_other_device(self) -> None:
        train_to(self.run_of("run"), 3)
        self.leave()
        on_cpu = self.run_of("run", "--device", "cpu")
        self.assertEqual(on_cpu.step, 3)
        train_to(on_cpu, 4)
        if not REAL:
            self.gpu = SimulatedGpu()
            self.gpu.__enter__()
        back = self.run_of("run")
        train_to(back, 5)
        self.assert_on_gpu(back)

    def test_export_of_a_checkpoint_runs_on_the_processor(self) -> None:
        train_to(self.run_of("first"), 3)
        train_to(self.run_of("second", *self.after("first")), 2)
        self.leave()
        model, facts = load_checkpoint(self.folder / "second" / "checkpoint.pt")
        self.assertEqual(facts["step"], 2)
        self.assertTrue(REAL or facts["hardware"] == "a simulated GPU")
        basis: LatentBasis = random_basis(model.config.latents)
        with torch.no_grad():
            script = streaming_script(model.eval(), basis, model.config.latents)
            audio = script.decode(script.encode(torch.randn(1, 1, 4096)))
        self.assertTrue(bool(torch.isfinite(audio).all()))
        self.assertEqual(audio.device.type, "cpu")


@unittest.skipIf(REAL or not SUPPORTED, "only of the simulated device")
class Simulation(Folder):
    """What the simulation can tell beyond a real device, and that it tells at all."""

    def test_a_step_reads_the_device_once(self) -> None:
        with SimulatedGpu() as gpu:
            for name, extra in (("first", []), ("second", self.after("first"))):
                run = self.run_of(name, *extra)
                for step in range(4):
                    gpu.reads.clear()
                    run.train_step()
                    self.assertEqual(len(gpu.reads), 1, f"{name}, step {step}: {gpu.reads}")
                run.store()

    def test_computes_what_the_processor_computes(self) -> None:
        """The same generator state gives the same losses, bit for bit."""
        on_cpu = self.run_of("cpu", "--device", "cpu")
        start = torch.get_rng_state()
        rows = [on_cpu.train_step() for _ in range(4)]
        with SimulatedGpu() as gpu:
            on_gpu = self.run_of("gpu")
            gpu.generator.set_state(start)
            self.assertEqual(str([on_gpu.train_step() for _ in range(4)]), str(rows))  # as text: the early rows hold NaN

    def test_a_checkpoint_knows_where_it_was_written(self) -> None:
        with SimulatedGpu():
            train_to(self.run_of("run"), 1)
        with self.assertRaisesRegex(RuntimeError, "deserialize object on a CUDA device"):
            torch.load(self.folder / "run" / "checkpoint.pt")

    def test_refuses_tensors_of_two_devices(self) -> None:
        with SimulatedGpu() as gpu:
            there, here = torch.ones(2, 3, device="cuda:0"), torch.ones(2, 3)
            for mixed in (
                lambda: there + here,
                lambda: torch.stack([there, here]),
                lambda: there.mul_(here),
                lambda: there * torch.tensor(2.0),
                lambda: torch.stft(torch.ones(1, 512, device="cuda:0"), 64, window=torch.ones(64), return_complex=True),
            ):
                with self.assertRaisesRegex(RuntimeError, "expected all tensors on cuda:0|must be on the same device"):
                    mixed()
            with self.assertRaisesRegex(RuntimeError, "numpy"):
                there.numpy()
            self.assertEqual(gpu.reads, [])
            self.assertEqual(float((there + here.to("cuda:0")).sum()), 12.0)
            self.assertEqual(len(gpu.reads), 1)


if __name__ == "__main__":
    unittest.main()
