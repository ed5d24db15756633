"""``python -m classward`` is the command line."""

from classward.cli.main import main

main()
