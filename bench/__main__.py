"""`python -m bench` prints the table."""

import sys

from bench.run import main

if __name__ == "__main__":  # the crowd's processes import this module, too
    sys.exit(main())
