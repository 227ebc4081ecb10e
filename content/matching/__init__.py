"""From a question to a verdict: candidates, features, scores, decision. Pure; built once from the corpus, never
changed.
"""

from content.matching.aspects import Aspects
from content.matching.decide import Answer, Choices, Elsewhere, Miss, Several, Verdict, decide
from content.matching.index import Index
from content.matching.matcher import Match, Matcher, Search
from content.matching.meaning import BadWeights
from content.matching.scorer import Confidence, Cutoffs, Scorer

__all__ = [
    "Answer",
    "Aspects",
    "BadWeights",
    "Choices",
    "Confidence",
    "Cutoffs",
    "Elsewhere",
    "Index",
    "Match",
    "Matcher",
    "Miss",
    "Scorer",
    "Search",
    "Several",
    "Verdict",
    "decide",
]
