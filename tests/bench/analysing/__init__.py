"""Ten million generated events, and typical reports about them: ours, plain pandas and sqlite in one run."""
