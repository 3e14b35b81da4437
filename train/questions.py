"""`python -m train.questions` of release 0.1, now `python -m train.experiments`; it goes with the next release."""

import warnings

from train.experiments.__main__ import main

if __name__ == "__main__":
    warnings.simplefilter("default", DeprecationWarning)
    warnings.warn("python -m train.questions is python -m train.experiments now", DeprecationWarning, stacklevel=1)
    main()
