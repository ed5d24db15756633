"""The record log in files: segments of frames, sealed into Parquet."""
