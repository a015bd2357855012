# Tables and figures of every experiment in config/config.yaml: `snakemake --cores 4 all` makes those of `experiments`,
# `snakemake --cores 4 paper` those of `paper`.
configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


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
