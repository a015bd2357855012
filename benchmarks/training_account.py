"""Where the time of training goes at the size of config/arithmetic_full.yaml, on one thread.

    python benchmarks/training_account.py [--steps 100]

Of token-only, the share of the time of each kind of operation, and how fast its matrix products run beside the fastest
that this machine does (measured in the same run): what keeps training below that peak. Of the hybrid, the share of the
reachability search in a training of as many epochs as the configuration has.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch.profiler import profile
from torch.utils.flop_counter import FlopCounterMode
from training import CONFIG, hybrid_step, peak, samples_of, token_only_step

from fluxem.integration.stream import Streams
from fluxem.models.repeatable import repeatable
from fluxem.pipeline.load import load_experiment
from fluxem.training.reachability import Supervision

PRODUCTS = "matrix products"
KINDS = {
    PRODUCTS: ("mm", "addmm", "bmm", "baddbmm"),
    "copies, concatenations, indexing": ("copy_", "cat", "index", "index_put_", "_index_put_impl_", "gather", "roll"),
    "softmax, norms, loss": (
        *("_softmax", "_softmax_backward_data", "native_layer_norm", "native_layer_norm_backward"),
        *("_log_softmax", "_log_softmax_backward_data", "nll_loss_forward", "nll_loss_backward", "sum"),
    ),
    "optimiser and clipping": ("_fused_adamw_", "linalg_vector_norm", "_foreach_mul_", "_foreach_norm"),
    "element by element": (
        *(
            "mul",
            "add",
            "add_",
            "addcmul",
            "clamp_min",
            "threshold_backward",
            "masked_fill_",
            "fill_",
            "ge",
            "lt",
            "gt",
        ),
        *(
            "random_",
            "sin",
            "cos",
            "sub",
            "neg",
            "where",
            "div",
            "mul_",
            "abs",
            "clamp",
            "bitwise_and",
            "zero_",
            "arange",
        ),
    ),
}


def account(step: Callable[[], int], steps: int) -> tuple[dict[str, float], float]:
    """Seconds of each kind of operation in so many steps, and the floating-point operations of the matrix products."""
    for _ in range(20):
        step()
    with FlopCounterMode(display=False) as counter:
        for _ in range(steps):
            step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    plain = time.perf_counter() - start
    with profile() as watched:
        for _ in range(steps):
            step()
    kind_of = {f"aten::{name}": kind for kind, names in KINDS.items() for name in names}
    found = dict.fromkeys(KINDS, 0.0)
    for event in watched.key_averages():
        if event.key in kind_of:
            found[kind_of[event.key]] += event.self_cpu_time_total / 1e6
    return found | {"Python, dispatch, the rest": plain - sum(found.values())}, counter.get_total_flops()


def search_share(settings: dict[str, Any], step: Callable[[], int], rows: int, search: float) -> float:
    """The share of the search in the training of a hybrid, whose steps are timed here."""
    for _ in range(20):
        step()
    start, finished = time.perf_counter(), 0
    while finished < rows // 10:
        finished += step()
    training = (time.perf_counter() - start) / finished * rows * settings["epochs"]
    return search / (search + training)


@repeatable()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100, help="training steps to watch, after 20 to warm up")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    file = Path(CONFIG).with_name("arithmetic_full.yaml")
    experiment = load_experiment(file, {}, []).model_dump(mode="json")
    samples, fastest = samples_of(experiment["data"]), peak()
    print(f"matrix-multiply peak, one thread: {fastest / 1e9:.0f} GFLOP/s\n\ntoken-only")
    found, operations = account(token_only_step(experiment, samples, options)[1], options.steps)
    total = sum(found.values())
    for kind, seconds in found.items():
        speed = f", at {operations / seconds / fastest:.0%} of the peak" if kind == PRODUCTS else ""
        print(f"  {kind:<34} {seconds / total:6.1%} of the time{speed}")
    print(f"  all of it: {operations / total / fastest:.0%} of the peak\n\nhybrid")
    streams = Streams.from_texts([sample.text for sample in samples], [sample.spans for sample in samples])
    start = time.perf_counter()
    Supervision(streams, [sample.target_text for sample in samples])
    search = time.perf_counter() - start
    settings = experiment["training"]["hybrid"]
    share = search_share(settings, hybrid_step(experiment, samples, options)[1], len(samples), search)
    print(f"  reachability search: {search:.1f} s, {share:.1%} of a training of {settings['epochs']} epochs")


if __name__ == "__main__":
    main()
