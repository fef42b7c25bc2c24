"""Runs it all: stages, the Prefect flow over them, the command line."""
