rule eval:
    input:
        rules.generate.output,
        rules.train.output,
    output:
        [f"{RUN}/predictions/{split}.jsonl" for split in layout.TEST_SPLITS],
        f"{RUN}/metrics.json",
    log:
        f"{EXPERIMENT}/logs/eval_{{model}}_seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT}/benchmarks/eval_{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch-cpu.yaml"
    threads: 1
    params:
        spec=lambda w: canonical(plan.eval(w.experiment, int(w.seed), w.model)),
        results=lambda w: RESULTS,
        device=lambda w: plan.experiments[w.experiment].device,
    shell:
        "python workflow/scripts/eval.py --spec {params.spec:q} --results {params.results:q}"
        " --device {params.device} > {log:q} 2>&1"
