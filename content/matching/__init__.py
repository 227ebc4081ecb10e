"""From a question to a verdict: candidates -> scores -> decision. Pure; built once from the corpus, then never
changed.
"""

from content.matching.decide import Answer, Choices, Cutoffs, Miss, Verdict, decide
from content.matching.matcher import Match, Matcher, Search

__all__ = ["Answer", "Choices", "Cutoffs", "Match", "Matcher", "Miss", "Search", "Verdict", "decide"]
