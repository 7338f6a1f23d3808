"""The graph: its model, and later its stores, exports and metrics. Knows no other layer."""
