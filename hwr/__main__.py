"""`python -m hwr` is the command `hwr`."""

import sys

from hwr.cli import main

sys.exit(main())
