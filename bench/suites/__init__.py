"""Other people's test suites, run directly and through Lintel: the sets of tests that pass have to be the same."""
