"""`./dev bench fidelity`: what a client gets through Lintel against what its own database gives it, executed."""
