"""The reading side: tasks, engines and the pure pipeline. Never imports `api`."""
