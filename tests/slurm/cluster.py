"""A Slurm cluster that is this machine alone: set up without systemd, and taken down again.

It needs root, and the daemons: `apt-get install slurmctld slurmd slurm-client munge`. They listen on this machine only.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

# Snakemake's plugin drops the variables that would name another folder.
CONFIGURATION = Path("/etc/slurm")
MUNGE_RUN = Path("/run/munge")
PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scancel", "setpriv")
PATIENCE = 30  # seconds

SLURM_CONF = """\
ClusterName=local
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation={state}/state
SlurmdSpoolDir={state}/spool
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SlurmctldLogFile={state}/slurmctld.log
SlurmdLogFile={state}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
ReturnToService=2
MinJobAge=300
GresTypes=gpu
NodeName=localhost NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1
PartitionName=main Nodes=ALL Default=YES State=UP
"""
# A GPU that is asked for and given out, and not there.
GRES_CONF = "NodeName=localhost Name=gpu File=/dev/null\n"


def complain() -> None:
    """Exit with 2 and one line where no cluster can be set up here."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    taken = [file for file in configuration(Path(), 1) if file.exists()]
    problem = (
        "not root: setting up a cluster needs it"
        if os.geteuid()
        else f"{missing[0]} is not there: apt-get install slurmctld slurmd slurm-client munge"
        if missing
        else f"{taken[0]} is there: this machine belongs to a cluster already"
        if taken
        else None
    )
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(2)


def configuration(state: Path, cpus: int) -> dict[Path, str]:
    """The files of the cluster's configuration, and what is in them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    slurm = SLURM_CONF.format(state=state, host=platform.node(), cpus=cpus, memory=memory * 3 // 4)
    return {CONFIGURATION / "slurm.conf": slurm, CONFIGURATION / "gres.conf": GRES_CONF}


@contextmanager
def cluster(cpus: int) -> Iterator[None]:
    """A cluster of one node with so many processors, until the block ends; then its jobs are cancelled.

    Raises:
        TimeoutError: a daemon did not start, or did not end; the message has the end of its log.
    """
    with ExitStack() as down:
        state = Path(down.enter_context(tempfile.TemporaryDirectory(prefix="slurm-")))
        for folder in ("state", "spool"):
            (state / folder).mkdir()
        for file, text in configuration(state, cpus).items():
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            down.callback(file.unlink)
        if not munge_answers():
            MUNGE_RUN.mkdir(exist_ok=True)
            shutil.chown(MUNGE_RUN, "munge")
            user = ("setpriv", "--reuid=munge", "--regid=munge", "--clear-groups")
            down.enter_context(daemon(state, *user, "munged", "--foreground"))
            wait(munge_answers, state / "setpriv.out")
        down.enter_context(daemon(state, "slurmctld", "-D"))
        down.enter_context(daemon(state, "slurmd", "-D", "-N", "localhost"))
        wait(lambda: says("sinfo", "--noheader", "--format=%t") == "idle", state / "slurmctld.log")
        down.callback(cancel_all)
        yield


def cancel_all() -> None:
    """Cancel every job, and wait until none is left."""
    subprocess.run(["scancel", "--user=root"], check=True)
    wait(lambda: not jobs())


def jobs() -> list[str]:
    """The jobs that wait or run, by what Snakemake calls them."""
    return says("squeue", "--noheader", "--format=%k").splitlines()


def munge_answers() -> bool:
    """Whether a munged runs."""
    return subprocess.run("munge --no-input | unmunge", shell=True, capture_output=True).returncode == 0


@contextmanager
def daemon(state: Path, *command: str) -> Iterator[None]:
    """A program that runs until the block ends."""
    with (state / f"{command[0]}.out").open("w") as out:
        running = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            running.terminate()
            try:
                running.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                running.kill()


def wait(until: Callable[[], object], log: Path | None = None, patience: float = PATIENCE) -> None:
    """Wait until something is true; TimeoutError with the end of a log where it never is."""
    end = time.monotonic() + patience
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(log.read_text()[-2000:] if log and log.exists() else f"waited {patience} s")
        time.sleep(0.2)


def says(*command: str) -> str:
    """What a program prints; nothing where it fails."""
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
