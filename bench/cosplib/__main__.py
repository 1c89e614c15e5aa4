"""`python -m bench.cosplib FOLDER` solves the workbooks of a folder and prints a table."""

import argparse
import sys
import time
from pathlib import Path

from bench.cosplib.scorer import one_room_each, score
from bench.cosplib.solver import NEVER, solve
from bench.cosplib.workbook import read

# Best values known to us, by instance and set of rules: of the papers, or found since.
KNOWN = {
    ("N2OR", True): 1,
    ("N2OR", False): 1,
    ("GECCO21", True): 11130,
    ("GECCO21", False): 10934,
    ("GECCO21Workshop", False): 9984,
    ("GECCO22", False): 4689,
}


def main() -> int:
    """Print what each instance costs by both sets of rules, beside the best known."""
    parser = argparse.ArgumentParser(prog="python -m bench.cosplib", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the workbooks are")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="about, for each (default 120)"
    )
    options = parser.parse_args()
    print("| Instance | Rules | Best known | Ours | Bound | Seconds |")
    print("|---|---|---|---|---|---|")
    for path in sorted(options.folder.glob("*.xlsx")):
        instance = read(path)
        for one_room in (True, False):
            began = time.process_time()
            found = solve(instance, one_room, options.seconds)
            seconds = time.process_time() - began
            ours = "none found"
            if found.timetable is not None:
                assert not one_room or one_room_each(instance, found.timetable)
                ours = str(score(instance, found.timetable).total())
            known = KNOWN.get((instance.name, one_room), "-")
            bound = "impossible" if found.bound >= NEVER else str(found.bound)
            rules = "one room per track" if one_room else "full"
            print(
                f"| {instance.name} | {rules} | {known} | {ours} | {bound} | {seconds:.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
