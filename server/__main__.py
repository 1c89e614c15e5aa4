"""`python -m server` is `luyan`."""

import sys

from server.cli import main

sys.exit(main())
