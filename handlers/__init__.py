"""What the bot answers. One intent a file; values in, values out; no input or output of any kind.

May import `scheduler` and `content`; never `bot`.
"""
