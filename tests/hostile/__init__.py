"""Files made to break what opens them, and valid ones that only look so; all are made here."""
