"""A sweep of the fake chain in a process of its own, to be interrupted from outside.

Arguments: experiment file, output, then options of `sweep`.
"""

import sys
import types

import fake_chain


def main() -> None:
    """Run the command line on the fake chain."""
    case, run = types.ModuleType("sampling_sim.case"), types.ModuleType("sampling_sim.run")
    vars(case)["Case"], vars(run)["run_case"] = fake_chain.FakeCase, fake_chain.fake_run
    sys.modules |= {"sampling_sim.case": case, "sampling_sim.run": run}
    from sampling_sim.campaign import shards
    from sampling_sim.cli import main as command_line

    shards.DURABLE_WITHIN = 0.0  # what is reported is on the disk: a test counts the lines
    command_line()


if __name__ == "__main__":
    main()
