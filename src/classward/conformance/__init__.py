"""Shipped test suites: one per port, public for third parties."""
