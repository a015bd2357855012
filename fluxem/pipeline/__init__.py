"""What a pipeline step is made from, which steps are stale, and how their files are written.

Pure planning: neither torch nor snakemake is imported here.
"""
