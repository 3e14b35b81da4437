"""`python -m pnzoo` is the command line `pnzoo`."""

from pnzoo.cli import main

raise SystemExit(main())
