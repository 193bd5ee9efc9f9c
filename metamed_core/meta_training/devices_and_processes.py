"""Where meta-training computes: a device, and one process's place among those that share the work (torchrun)."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed

from metamed_core.words import UserError, Words

DEVICES = ("auto", "cpu", "cuda")
CPU = torch.device("cpu")
PATIENCE = timedelta(hours=1)
"""How long the others wait while the first process validates, before they hold it for dead."""


@dataclass(frozen=True, slots=True)
class Compute:
    """One process: its device, its rank, and how many processes there are. All hold the same weights at every step.

    `drawers`: further processes of each, which draw tasks ahead and know nothing of the weights.
    """

    device: torch.device = CPU
    rank: int = 0
    processes: int = 1
    drawers: int = 0

    @property
    def is_main_process(self) -> bool:
        """Whether this is the process that validates, writes files and reports."""
        return self.rank == 0

    def share(self, groups: int) -> range:
        """The groups of this process: every `processes`-th. Raises UserError where not all would have equally many."""
        if groups % self.processes:
            raise UserError(
                Words(
                    "{groups} {groups:group|groups} of tasks cannot be divided evenly among {processes} processes: choose --groups or --nproc-per-node so that "
                    "the first is a multiple of the second.",
                    "{groups} 组任务无法平均分给 {processes} 个进程：请调整 --groups 或 --nproc-per-node，使前者是后者的整数倍。",
                ).format(groups=groups, processes=self.processes)
            )
        return range(self.rank, groups, self.processes)

    def total(self, values: Tensor) -> Tensor:
        """The sum of these values over all processes, the same in each; `values` is overwritten."""
        if self.processes > 1:
            distributed.all_reduce(values)
        return values

    def from_main(self, data: bytes | None) -> bytes | None:
        """What the main process holds, in every process, so that all start from one reading of a file."""
        if self.processes == 1:
            return data
        length = torch.tensor(-1 if data is None else len(data), device=self.device)
        distributed.broadcast(length, 0)
        if length <= 0:
            return None if length < 0 else b""
        content = torch.zeros(int(length), dtype=torch.uint8)
        if self.is_main_process and data is not None:
            content = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        content = content.to(self.device)
        distributed.broadcast(content, 0)
        return content.cpu().numpy().tobytes()

    def hardware(self) -> str:
        """What a card says of the machine: processor or GPU, how much of it, and the version of torch."""
        if self.device.type == "cuda":
            part, name = "one GPU", torch.cuda.get_device_name(self.device)
        else:
            n = torch.get_num_threads()
            part, name = f"{n} core{'s' if n > 1 else ''}", _processor()
        return f"{name} ({platform.machine()}), {self.processes} process{'es' if self.processes > 1 else ''} of {part}, torch {torch.__version__}"


ALONE = Compute()
"""One process on the CPU."""


@contextmanager
def joined(device: str, drawers: int = 0) -> Iterator[Compute]:
    """This process among those that torchrun started, or alone; `device` is one of DEVICES, `drawers` as in `Compute`.

    Raises UserError where the device, or a GPU for each process, is missing.
    """
    shared = distributed.is_torchelastic_launched()
    rank, processes, local = (int(os.environ[name]) if shared else 0 for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"))
    chosen = _device(device, local)
    if processes <= 1:
        yield Compute(chosen, drawers=drawers)
        return
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Compute(chosen, rank, processes, drawers)
        distributed.barrier()  # one that leaves while another still talks to it may abort
    finally:
        distributed.destroy_process_group()


def reports_errors() -> bool:
    """Whether this process reports errors to the user: one of several does."""
    return not distributed.is_torchelastic_launched() or os.environ["RANK"] == "0"


def _device(name: str, local: int) -> torch.device:
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not n_gpus):
        return torch.device("cpu")
    if local >= n_gpus:
        raise UserError(
            Words(
                "Process {process} finds no GPU of its own, for this computer offers {gpus}: choose --device cpu, or no more processes than GPUs.",
                "进程 {process} 没有可用的 GPU（本机共 {gpus} 块）：请改用 --device cpu，或使进程数不超过 GPU 数。",
            ).format(process=local + 1, gpus=n_gpus)
        )
    torch.cuda.set_device(local)
    return torch.device("cuda", local)


def _processor() -> str:
    """The processor's model, as Linux tells it; elsewhere whatever Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown processor"
