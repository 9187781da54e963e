"""Reports made up with their truth: consistent or faulty, set as documents, degraded into scans.

Everything is drawn from a seed; issuers, places and wording are invented. The form is stated here
once more (`form`, `relations`), apart from the program, so that each checks the other. Needs the
development dependencies; fonts come with them (`fonts`), none is kept here.

`form` keys and labels · `relations` what must agree · `reports` numbers · `narrative` text ·
`faults` what is planted · `grids` tables with their spans · `variants` tables unlike the form ·
`layouts` looks · `fonts` · `setting` report → PDF · `marks`, `degradations` what befalls paper ·
`scanning` PDF → scan ·
`truth` what is printed, and how a record compares · `samples` all by seed · `archive` a zip.

    python -m tests.corpus --out DIR --seed 1 --count 3 --degradation office --degradation fax
"""
