"""Why a file is not fresh: what changed, and the way from there to the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit, Finding
from fluxem.pipeline.spec import Spec

#: Of the jobs that share a cause, as many are named.
NAMED = 3


def causes(audit: Audit, job: str) -> dict[Finding, list[tuple[str, ...]]]:
    """What keeps a job from being fresh, in itself or in what it follows from.

    Returns:
        Each cause with the ways from the jobs that it is in to this one, shortest first; a way is of jobs.
    """
    found: dict[Finding, list[tuple[str, ...]]] = {}
    queue: deque[tuple[str, ...]] = deque([(job,)])
    seen = {job}
    while queue:
        way = queue.popleft()
        for finding in audit.findings[way[0]]:
            if finding.kind != "upstream":
                found.setdefault(finding, []).append(way)
            for before in finding.after:
                if before not in seen:
                    seen.add(before)
                    queue.append((before, *way))
    return found


def explain(audit: Audit, job: str, origin: Callable[[Spec, str], str | None]) -> Iterator[str]:
    """The lines that say of a job how it is made, and whether it is fresh or why not.

    Args:
        audit: of the plan.
        job: the file of its manifest.
        origin: where a key of a spec is set, if a file sets it.
    """
    spec = audit.jobs[job]
    yield f"made by {layout.describe(spec)}: `{layout.command(spec)}`"
    if not audit.findings[job]:
        yield "fresh"
    for finding, ways in causes(audit, job).items():
        about = f"{audit.plan.results / finding.file} " if finding.file else ""
        key = finding.reason.partition(" is ")[0] if finding.kind == "stale" else ""
        setter = origin(audit.jobs[ways[0][0]], key) if key else None
        yield f"{finding.kind}: {about}{finding.reason}" + (f" ({setter})" if setter else "")
        for way in ways[:NAMED]:
            yield "  in " + " -> ".join(layout.describe(audit.jobs[each]) for each in way)
        if len(ways) > NAMED:
            yield f"  and in {len(ways) - NAMED} more"
