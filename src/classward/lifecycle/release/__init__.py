"""Reports and paired evidence become a Decision; events become the state of the registry."""

from classward.lifecycle.release.chain import check_chain
from classward.lifecycle.release.state import RegistryState, fold_events

__all__ = ["RegistryState", "check_chain", "fold_events"]
