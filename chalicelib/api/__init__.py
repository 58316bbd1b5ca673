"""The door: how a request is read, who asks, what an answer looks like, and where all of it is described."""
