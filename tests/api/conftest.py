"""SciPy decides at import whether scikit-learn may check estimators with arrays of other libraries."""

import os

os.environ.setdefault("SCIPY_ARRAY_API", "1")
