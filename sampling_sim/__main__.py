"""`python -m sampling_sim`."""

from sampling_sim.cli import main

if __name__ == "__main__":  # worker processes import this module again
    main()
