"""Pure array mathematics: intervals, calibration error, paired tests, confidence sequences. NumPy and SciPy-free."""
