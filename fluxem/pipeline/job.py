"""One piece of a step's work, and where its files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fluxem.pipeline import layout
from fluxem.pipeline.spec import Spec


@dataclass(frozen=True)
class Job:
    """One piece of a step's work: what to do, and where everything is."""

    spec: Spec
    results: Path
    device: str

    @property
    def data(self) -> Path:
        """The folder of the data of this experiment and seed."""
        return self._folder(layout.DATA)

    @property
    def report(self) -> Path:
        """The report on that data."""
        return self.data / layout.REPORT

    @property
    def run(self) -> Path:
        """The folder of the model of this experiment and seed."""
        return self._folder(layout.RUN)

    @property
    def records(self) -> list[Path]:
        """The files that embed the specs of the inputs; for a table, metrics.json by seed, then model."""
        return [layout.record(self.results, spec) for spec in layout.inputs(self.spec)]

    @property
    def table(self) -> Path:
        """The experiment's table."""
        return self._folder(layout.EXPERIMENT) / layout.TABLE

    @property
    def metrics_csv(self) -> Path:
        """The experiment's metrics, one value a row."""
        return self._folder(layout.EXPERIMENT) / layout.METRICS_CSV

    @property
    def figures(self) -> Path:
        """The folder of the experiment's figures."""
        return self._folder(layout.EXPERIMENT) / layout.FIGURE_FOLDER

    @property
    def times(self) -> Path:
        """The experiment's table of times."""
        return self._folder(layout.EXPERIMENT) / layout.TIMES

    @property
    def training_times(self) -> dict[tuple[str, int], Path]:
        """Of a table of times: what Snakemake noted of each training, by model and seed."""
        return self._timed(layout.TRAINING_TIME)

    @property
    def test_times(self) -> dict[tuple[str, int], Path]:
        """The same, of each test."""
        return self._timed(layout.TEST_TIME)

    @property
    def histories(self) -> dict[tuple[str, int], Path]:
        """Of a table of times: the history of each training, by model and seed."""
        return self._timed(layout.HISTORY)

    @property
    def makes(self) -> list[Path]:
        """The files that it makes, in the order of `layout.outputs`."""
        return [self.results / file for file in layout.outputs(self.spec)]

    @property
    def reads(self) -> list[Path]:
        """The files that it reads, in the order of `layout.reads`."""
        return [self.results / file for file in layout.reads(self.spec)]

    @property
    def evaluated(self) -> Job:
        """Of an explain page: the test whose model it asks."""
        return Job(self.spec["evaluated"], self.results, self.device)

    def _timed(self, pattern: str) -> dict[tuple[str, int], Path]:
        return {run: self.results / file for run, file in layout.timed(self.spec, pattern).items()}

    def _folder(self, pattern: str) -> Path:
        return self.results / pattern.format_map(self.spec)

    def __str__(self) -> str:
        return layout.describe(self.spec)
