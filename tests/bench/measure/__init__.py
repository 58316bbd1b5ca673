"""What Coffer costs, measured (`make bench`): requests, units, dollars, CPU, cold starts, throughput, growth, size."""
