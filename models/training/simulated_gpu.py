"""A simulated CUDA device for machines that have none, stricter than the real one about where tensors lie.

Inside `with SimulatedGpu() as gpu:` PyTorch believes in one CUDA device. A tensor placed there is a `DeviceTensor`, which holds
its values in host memory but may not meet a host tensor in any operation: what a real device refuses for most operations
is refused here for all. The device has a random generator of its own, its tensors are saved under the location `cuda:0`, and
every read of its memory by the host is noted in `gpu.reads`. Values are computed by the processor's kernels, so this proves
placement, seeding and storage; it says nothing of speed or of the rounding of CUDA's kernels.

It leans on what torch 1.13 keeps private (`_make_wrapper_subclass`, dispatch below autograd), hence `SUPPORTED`.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Callable
from unittest import mock
from weakref import WeakValueDictionary

import torch
from torch import Tensor
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

SUPPORTED = torch.__version__.startswith("1.13")
DEVICE = torch.device("cuda", 0)
aten = torch.ops.aten
RANDOM = ("rand", "normal", "bernoulli", "uniform", "dropout", "multinomial", "exponential")


class DeviceTensor(Tensor):
    """A tensor on the simulated device; `held` has its values."""

    held: Tensor
    # Autograd, which has no thread for a device that is not there, is told `meta`; Python is told `cuda:0`.
    device = property(lambda self: DEVICE)
    is_cuda = property(lambda self: True)

    @staticmethod
    def __new__(cls, held: Tensor) -> DeviceTensor:
        tensor = Tensor._make_wrapper_subclass(
            cls, held.size(), strides=held.stride(), storage_offset=held.storage_offset(), dtype=held.dtype, device="meta"
        )
        tensor.held = held
        return tensor

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise RuntimeError(f"{func} on a tensor of a simulated device that is gone")

    def __repr__(self) -> str:
        return f"DeviceTensor({self.held})"

    def __reduce_ex__(self, protocol: Any) -> Any:
        Storages.saved[self.held.storage().data_ptr()] = self.held
        return Storages.rebuilt, (self.held.detach(),)


class Storages:
    """Keeps the location of device tensors through `torch.save` and `torch.load`, as the CUDA package does."""

    saved: WeakValueDictionary[int, Tensor] = WeakValueDictionary()
    loaded: set[int] = set()
    present = False

    @classmethod
    def tag(cls, storage: Any) -> str | None:
        return str(DEVICE) if storage.data_ptr() in cls.saved else None

    @classmethod
    def restore(cls, storage: Any, location: str) -> Any:
        if not cls.present or not location.startswith("cuda"):
            return None
        cls.loaded.add(storage.data_ptr())
        return storage

    @classmethod
    def rebuild(cls, *storage_and_shape: Any) -> Tensor:
        """In place of `torch._utils._rebuild_tensor`: a tensor lies where its storage was brought."""
        held = build_on_host(*storage_and_shape)
        return DeviceTensor(held) if held.storage().data_ptr() in cls.loaded else held

    @staticmethod
    def rebuilt(tensor: Tensor) -> Tensor:
        return tensor


build_on_host = torch._utils._rebuild_tensor
torch.serialization.register_package(5, Storages.tag, Storages.restore)


class SimulatedGpu(TorchDispatchMode):
    """The device, present inside the `with` block. `reads` names each operation that brought device memory to the host."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.generator = torch.Generator()
        self.patches = ExitStack()

    def __enter__(self) -> SimulatedGpu:
        replaced: dict[str, Callable[..., Any]] = {
            "is_available": lambda: True,
            "device_count": lambda: 1,
            "current_device": lambda: 0,
            "get_device_name": lambda device="cuda": "a simulated GPU",
            "_lazy_init": lambda: None,
            "manual_seed_all": self.generator.manual_seed,
            "get_rng_state": lambda device="cuda": self.generator.get_state(),
            "set_rng_state": lambda state, device="cuda": self.generator.set_state(state),
        }
        for name, function in replaced.items():
            self.patches.enter_context(mock.patch.object(torch.cuda, name, function))
        self.patches.enter_context(mock.patch.object(torch._utils, "_rebuild_tensor", Storages.rebuild))
        Storages.present = True
        Storages.loaded.clear()
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        Storages.present = False
        self.patches.close()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [t for t in tree_flatten((args, kwargs))[0] if isinstance(t, Tensor)]
        here = [t for t in tensors if isinstance(t, DeviceTensor)]
        asked = kwargs.get("device")
        if func not in (aten.copy_.default, aten._to_copy.default) and here:
            strange = [t for t in tensors if not isinstance(t, DeviceTensor)]
            if strange:
                shapes = ", ".join(str(list(t.shape)) for t in strange)
                raise RuntimeError(f"{func}: expected all tensors on {DEVICE}, found {shapes} on the host")
        if asked is None:
            on_device = bool(here) and (func is not aten.copy_.default or isinstance(args[0], DeviceTensor))
        else:
            on_device = torch.device(asked).type in ("cuda", "meta")  # autograd asks for the device that it was told
            kwargs["device"] = torch.device("cpu")
        if here and (not on_device or func is aten._local_scalar_dense.default):
            self.reads.append(str(func))
        return self.compute(func, args, kwargs, here, on_device)

    def compute(self, func: Any, args: Any, kwargs: Any, here: list[DeviceTensor], on_device: bool) -> Any:
        """Runs `func` on the held values; results lie on the device if `on_device`, in the operands that they alias."""
        aliases = {id(t.held): t for t in here}
        wrapped = (args, kwargs)
        args, kwargs = tree_map(lambda t: t.held if isinstance(t, DeviceTensor) else t, wrapped)
        if on_device and any(word in str(func) for word in RANDOM):
            with torch.random.fork_rng(devices=[]):
                torch.set_rng_state(self.generator.get_state())
                result = func(*args, **kwargs)
                self.generator.set_state(torch.get_rng_state())
        else:
            result = func(*args, **kwargs)
        if any(t.size() != t.held.size() for t in here):
            with no_dispatch():  # an operation like `transpose_`: the wrapper's own shape follows
                func(*wrapped[0], **wrapped[1])

        def place(value: Any) -> Any:
            if not isinstance(value, Tensor) or not on_device:
                return value
            return aliases[id(value)] if id(value) in aliases else DeviceTensor(value)

        return tree_map(place, result)
