"""What fits the pieces that inference runs; the only room that knows scikit-learn and LightGBM."""
