rule table:
    input:
        metrics,
    output:
        f"{EXPERIMENT}/{layout.TABLE}",
        f"{EXPERIMENT}/{layout.METRICS_CSV}",
        f"{MANIFESTS}/table.json",
    log:
        f"{EXPERIMENT}/logs/table.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/table.tsv"
    localrule: True
    conda:
        "../../envs/torch-cpu.yaml"
    params:
        spec=lambda w: canonical(plan.table(w.experiment)),
        results=lambda w: RESULTS,
    shell:
        "python workflow/scripts/make_table.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"


rule times:
    input:
        [of_runs(f"{RESULTS}/{file}") for file in layout.TIMED],
    output:
        f"{EXPERIMENT}/{layout.TIMES}",
        f"{MANIFESTS}/times.json",
    log:
        f"{EXPERIMENT}/logs/times.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/times.tsv"
    localrule: True
    conda:
        "../../envs/torch-cpu.yaml"
    params:
        spec=lambda w: canonical(plan.times_of(w.experiment)),
        results=lambda w: RESULTS,
    shell:
        "python workflow/scripts/make_times.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"


for experiment in plan.experiments:

    rule:
        name:
            f"figures_{experiment}"
        input:
            metrics,
        output:
            [
                f"{EXPERIMENT}/{layout.FIGURE_FOLDER}/{figure}"
                for figure in plan.figure_files(experiment)
            ],
            f"{MANIFESTS}/figures.json",
        log:
            f"{EXPERIMENT}/logs/figures.log",
        benchmark:
            f"{EXPERIMENT}/benchmarks/figures.tsv"
        wildcard_constraints:
            experiment=experiment,
        localrule: True
        conda:
            "../../envs/torch-cpu.yaml"
        params:
            spec=lambda w: canonical(plan.figures(w.experiment)),
            results=lambda w: RESULTS,
        shell:
            "python workflow/scripts/make_figures.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"
