"""The clinical prior: class models (what a disease does to the body), observation (what a laboratory reports of it), prior (the tasks)."""
