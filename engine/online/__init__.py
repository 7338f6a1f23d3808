"""The function kept incrementally: one writer over a store, answers that are durable."""
