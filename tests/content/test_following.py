"""Whether a message goes on about the cases just talked of: measured, learnt, refused when weights do not fit."""

import json
from pathlib import Path

import numpy as np
import pytest

from content import following
from content.matching import BadWeights
from content.matching.meaning import FOLDER
from handlers.services import Services

POINTS = ("jingmen-member-points",)


def likely(services: Services, text: str, cases: tuple[str, ...] = POINTS) -> float:
    matcher = services.matcher
    alone, inside = matcher.search(text), matcher.search(text, within=cases)
    return services.following.two(following.measure(alone, inside, cases, matcher.index, services.cues))


@pytest.mark.parametrize("text", ["多久考核一回", "他们给谁打分", "分高了有啥好处", "垫底的呢", "从哪年开始的"])
def test_a_short_question_goes_on_about_the_case_it_fits(services: Services, text: str) -> None:
    assert likely(services, text) >= services.following.bands.sure_of_two


@pytest.mark.parametrize(
    "text", ["咸宁的主题党日多久一次", "武汉红色引擎的八个红色是哪八个", "茅台股票现在能买吗", "明天会不会下雨"]
)
def test_a_question_of_its_own_does_not(services: Services, text: str) -> None:
    assert likely(services, text) < services.following.bands.sure_of_two


def test_every_number_measured_has_a_name_and_is_finite(services: Services) -> None:
    matcher = services.matcher
    for text in ("", "g", "主题党日", "多久一次"):
        alone, inside = matcher.search(text), matcher.search(text, within=POINTS)
        row = following.measure(alone, inside, POINTS, matcher.index, services.cues)
        assert row.shape == (len(following.names_of(matcher.index)),)
        assert np.isfinite(row).all()


def test_weights_learnt_for_other_numbers_are_refused(tmp_path: Path) -> None:
    learnt = json.loads((FOLDER / "following-none.json").read_text(encoding="utf-8"))
    learnt["one"]["weights"].pop("length")
    (tmp_path / "following-none.json").write_text(json.dumps(learnt), encoding="utf-8")

    with pytest.raises(BadWeights, match="length"):
        following.load(folder=tmp_path)


def test_without_weights_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadWeights):
        following.load(folder=tmp_path)
