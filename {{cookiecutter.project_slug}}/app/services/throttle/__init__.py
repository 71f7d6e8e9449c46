"""Throttling: counters that all processes share, and blocks of hits leased from them.

A window is fixed: it begins with a key's first hit and lasts as long as the limit says, by
the database's clock. A changed limit is another key and starts a window of its own.

- Limits under 100 are counted exactly: one atomic update per hit.
- Larger limits are leased: a process reserves a block of hits and serves it from memory,
  0.5 % of the limit first, twice as much each time up to 2 %, and less again when the limit
  is nearly used up. With each lease it reports what it used. Blocks are clipped to what is
  left, and nothing is leased once the reported hits reach the limit or the leased ones
  110 % of it.
- Alone, a process serves the limit to the hit. Any number of processes together serve 110 %
  at most. They serve the limit at least while those that went idle hold no more than 10 %
  of it in started blocks: always with up to six processes; with up to eleven, from a limit of
  200 on with up to twenty, where the idle ones stopped at their first block.
- A refusal stands until the window ends and is answered from memory.
- A process remembers 10,000 keys and forgets the one unused for longest. A forgotten or
  dying process takes its started block with it, so the limit may fall short by 2 %.

These copies of shared state are all that a process holds; a forked child begins with none.
"""
