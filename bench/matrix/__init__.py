"""The order matrix: old and new code at work on four drivers while a rollout's steps are taken in every order.

`played` is for other benchmarks; `./dev bench matrix` is in `run`.
"""

from bench.matrix.play import Found, played

__all__ = ["Found", "played"]
