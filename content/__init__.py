"""What the bot knows and how to find it.

Pure: no network, no clock, no environment; only `library` and `wording` read files, once, when asked to.
Nothing here may import `bot`, `handlers` or `scheduler`.
"""
