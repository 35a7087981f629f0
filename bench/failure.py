"""The one error of the benchmarks."""


class BenchFailure(Exception):
    """Something needed for measuring is missing or failed; its text is the whole message."""
