"""Profile ids: how they are made and how the ledger moves from one run to the next."""
