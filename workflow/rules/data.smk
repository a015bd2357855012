for experiment, configured in plan.sources.items():

    rule:
        name:
            f"generate_{experiment}"
        input:
            nothing,
        output:
            [f"{DATA}/{split}.jsonl" for split in configured.data.splits],
            f"{DATA}/{MANIFEST}",
            f"{MANIFESTS}/generate_seed{{seed}}.json",
        log:
            f"{EXPERIMENT}/logs/generate_seed{{seed}}.log",
        benchmark:
            f"{EXPERIMENT}/benchmarks/generate_seed{{seed}}.tsv"
        wildcard_constraints:
            experiment=experiment,
        group:
            "data"
        conda:
            "../../envs/torch-cpu.yaml"
        resources:
            mem_mb=share(600),
            runtime=share(5),
        params:
            spec=lambda w: canonical(plan.generate(w.experiment, int(w.seed))),
            results=lambda w: RESULTS,
        shell:
            "python workflow/scripts/generate_data.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"


rule report:
    input:
        data,
    output:
        f"{DATA}/{layout.REPORT}",
        f"{MANIFESTS}/report_seed{{seed}}.json",
    log:
        f"{EXPERIMENT}/logs/report_seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/report_seed{{seed}}.tsv"
    group:
        "data"
    conda:
        "../../envs/torch-cpu.yaml"
    resources:
        mem_mb=share(600),
        runtime=share(5),
    params:
        spec=lambda w: canonical(plan.report(w.experiment, int(w.seed))),
        results=lambda w: RESULTS,
    shell:
        "python workflow/scripts/make_report.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"
