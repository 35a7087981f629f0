"""`python -m lintel`: the command, where its script is not on PATH."""

from lintel.cli import main

if __name__ == "__main__":
    main()
