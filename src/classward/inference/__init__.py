"""What predicts: featurise, score, calibrate, decide. NumPy and the standard library only."""
