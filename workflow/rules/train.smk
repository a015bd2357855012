# One thread: results must be the same bytes from any number of cores.
rule train:
    input:
        data,
    output:
        TRAINED,
        f"{MANIFESTS}/train_{{model}}_seed{{seed}}.json",
    log:
        f"{EXPERIMENT}/logs/train_{{model}}_seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/{layout.TRAINING_TIME}"
    conda:
        "../../envs/torch-cpu.yaml"
    threads: 1
    resources:
        mem_mb=share(2500),
        runtime=share(60),
        gpu=gpu,
    params:
        spec=lambda w: canonical(plan.train(w.experiment, int(w.seed), w.model)),
        results=lambda w: RESULTS,
        device=lambda w: plan.sources[w.experiment].device,
        script=lambda w: plan.script(w.experiment, w.model),
    shell:
        "python {params.script:q} --spec {params.spec:q} --results {params.results:q}"
        " --device {params.device} > {log:q} 2>&1"
