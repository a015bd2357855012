"""An executor for tests, `snakemake --executor here`: that of a cluster, which starts its jobs on this machine."""

from __future__ import annotations

import subprocess
import time
from collections.abc import AsyncGenerator

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface
from snakemake_interface_executor_plugins.settings import CommonSettings

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    pass_envvar_declarations_to_cmd=False,
    auto_deploy_default_storage_provider=False,
    init_seconds_before_status_checks=0,
)
#: Between saying that a job is submitted and starting it, as if it waited in a queue.
QUEUE = 2  # seconds


class Executor(RemoteExecutor):
    """Starts each job as a process of its own, with this one's environment."""

    def run_job(self, job: JobExecutorInterface) -> None:
        print(f"submitted {job.name}", flush=True)
        time.sleep(QUEUE)
        running = subprocess.Popen(self.format_job_exec(job), shell=True)
        self.report_job_submission(SubmittedJobInfo(job, aux={"running": running}))

    async def check_active_jobs(self, active_jobs: list[SubmittedJobInfo]) -> AsyncGenerator[SubmittedJobInfo, None]:
        for info in active_jobs:
            assert info.aux is not None
            code = info.aux["running"].poll()
            if code is None:
                yield info
            elif code:
                self.report_job_error(info)
            else:
                self.report_job_success(info)

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        for info in active_jobs:
            assert info.aux is not None
            info.aux["running"].kill()
