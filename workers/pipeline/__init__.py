"""The pure core: values in, values out; no clock, environment, network, queue or database."""
