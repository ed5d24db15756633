"""The long-running process: HTTP in, one data plane, record log, metrics, health."""
