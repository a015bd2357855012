rule table:
    input:
        metrics,
    output:
        f"{EXPERIMENT}/{layout.TABLE}",
        f"{EXPERIMENT}/{layout.METRICS_CSV}",
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


for experiment, configured in plan.experiments.items():

    rule:
        name:
            f"figures_{experiment}"
        input:
            metrics,
        output:
            [f"{EXPERIMENT}/{figure}" for figure in layout.FIGURES[configured.task]],
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
