"""What the README quotes, each one command: `gouji bench exactness PATH…`, `gouji bench speed`."""
