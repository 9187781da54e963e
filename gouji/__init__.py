"""The front door: command line, one-machine service, client. May use every room; used by none."""
