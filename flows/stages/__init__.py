"""Plain functions, one stage a file; none knows of Prefect."""
