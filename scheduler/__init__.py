"""What the bot says unasked: party days and liaison days. May import `content` only."""
