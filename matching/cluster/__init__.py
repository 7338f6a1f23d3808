"""From weighted pairs to clusters: mean linkage over all pairs of a bounded component."""
