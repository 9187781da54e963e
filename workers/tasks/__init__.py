"""The shell: one task one module, id in, effect out. Each returns early when its work is done."""
