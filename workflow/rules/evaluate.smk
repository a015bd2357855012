for experiment, configured in plan.sources.items():

    rule:
        name:
            f"eval_{experiment}"
        input:
            data,
            TRAINED,
        output:
            [
                f"{RUN}/predictions/{split}.jsonl"
                for split in configured.data.test_splits
            ],
            f"{RUN}/metrics.json",
            f"{MANIFESTS}/eval_{{model}}_seed{{seed}}.json",
        log:
            f"{EXPERIMENT}/logs/eval_{{model}}_seed{{seed}}.log",
        benchmark:
            f"{RESULTS}/{layout.TEST_TIME}"
        wildcard_constraints:
            experiment=experiment,
        conda:
            "../../envs/torch-cpu.yaml"
        threads: 1
        resources:
            mem_mb=share(2000),
            runtime=share(10),
            gpu=gpu,
        params:
            spec=lambda w: canonical(plan.eval(w.experiment, int(w.seed), w.model)),
            results=lambda w: RESULTS,
            device=lambda w: plan.sources[w.experiment].device,
        shell:
            "python workflow/scripts/eval.py --spec {params.spec:q} --results {params.results:q}"
            " --device {params.device} > {log:q} 2>&1"
