"""The commands of the command line; `cli.py` puts them together."""
