"""`make security`: what tools find in the package, the code and its dependencies, and which finds are put up with."""
