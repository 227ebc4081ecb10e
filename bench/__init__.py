"""One script per claim in the README; each prints ratios against a peer measured in the same run."""
