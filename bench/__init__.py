"""Benchmarks: what Lintel costs, measured beside what else could stand in its place. `./dev bench NAME`."""
