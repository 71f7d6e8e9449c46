"""Prove every variant of a project without making it.

`conditions` speaks of answers, `questions` knows which of them a source asks for, `template` under
which of them each line is there, and `projection` finds every text of every file. What is asked
stands in modules named for it, as functions that take a template and return faults, one line each,
so that small templates made by a test can be broken on purpose.
"""
