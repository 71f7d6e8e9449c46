"""Jobs: long work that processes of its own do, each job once."""
