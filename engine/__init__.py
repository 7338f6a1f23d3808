"""The engine: policy, the pure function, profile ids, golden records, batch runs, explanations."""
