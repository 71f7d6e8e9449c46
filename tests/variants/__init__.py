"""Prove every variant of a project without making it.

`conditions` speaks of answers, `template` reads the sources and knows under which answers each line
is there, `projection` finds every text of every file. What is asked of them stands in modules
named for it, as functions that take a template and return faults, one line each, so that small
templates made by a test can be broken on purpose.
"""
