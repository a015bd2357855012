# Tables and figures of every experiment in config/config.yaml: `snakemake --cores 4 all` makes those of `experiments`,
# `snakemake --cores 4 paper` those of `paper`.
configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


# Said beside Snakemake's own output, on standard error; not in a dry run, and not by the jobs on a cluster's nodes.
onstart:
    run_of_snakemake.begin()


onsuccess:
    run_of_snakemake.print_success(sys.stderr)


onerror:
    run_of_snakemake.print_failure(sys.stderr)


rule all:
    default_target: True
    input:
        plan.targets(),
    localrule: True


rule paper:
    input:
        plan.targets(paper=True),
    localrule: True


include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/summarise.smk"
include: "workflow/rules/explain.smk"
