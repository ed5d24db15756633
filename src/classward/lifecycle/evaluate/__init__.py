"""A candidate and a fold become a Report, per class, with intervals."""
