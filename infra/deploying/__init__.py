"""One way into a cloud, for AWS and for the local one: a change set, read and agreed to, executed and followed."""
