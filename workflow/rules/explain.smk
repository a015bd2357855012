# What people look at: pages of every experiment, and what `snakemake --report report.html` takes into the report.
rule pages:
    input:
        reads(plan.pages),
    output:
        [page(name, Path(name).stem) for name in layout.PAGES],
        f"{MANIFESTS}/pages.json",
    log:
        f"{EXPERIMENT}/logs/pages.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/pages.tsv"
    localrule: True
    conda:
        "../../envs/torch-cpu.yaml"
    params:
        spec=lambda w: canonical(plan.pages(w.experiment)),
        results=lambda w: RESULTS,
    shell:
        "python workflow/scripts/make_pages.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"


rule explain:
    input:
        reads(plan.explain),
    output:
        page(layout.EXPLAIN_PAGE, "questions, step by step"),
        f"{MANIFESTS}/explain.json",
    log:
        f"{EXPERIMENT}/logs/explain.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/explain.tsv"
    wildcard_constraints:
        experiment="|".join(plan.explained) or "(?!)",  # nothing, where no experiment has a hybrid of its own
    conda:
        "../../envs/torch-cpu.yaml"
    threads: 1
    resources:
        mem_mb=share(2000),
        runtime=share(10),
        gpu=gpu,
    params:
        spec=lambda w: canonical(plan.explain(w.experiment)),
        results=lambda w: RESULTS,
        device=lambda w: plan.sources[w.experiment].device,
    shell:
        "python workflow/scripts/make_explain.py --spec {params.spec:q} --results {params.results:q}"
        " --device {params.device} > {log:q} 2>&1"
