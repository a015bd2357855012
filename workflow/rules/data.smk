rule generate:
    output:
        [f"{DATA}/{split}.jsonl" for split in layout.SPLITS],
        f"{DATA}/{MANIFEST}",
    log:
        f"{EXPERIMENT}/logs/generate_seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/generate_seed{{seed}}.tsv"
    conda:
        "../../envs/torch-cpu.yaml"
    params:
        spec=lambda w: canonical(plan.generate(w.experiment, int(w.seed))),
        results=lambda w: RESULTS,
    shell:
        "python workflow/scripts/generate_data.py --spec {params.spec:q} --results {params.results:q} > {log:q} 2>&1"
