"""Stand am …: what a company had, who might do what there and what was in force at the end of a day that is over."""
