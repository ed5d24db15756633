"""Reports and paired evidence become a Decision; events become the state of the registry."""
