# SPDX-License-Identifier: Apache-2.0
"""What the editor says of operators in Korean: all that the catalogue says, and nothing that it does not."""

import json
from pathlib import Path

from aiflow.yaml_dags.catalogue import catalogue

KOREAN = Path(__file__).parents[2] / "web" / "src" / "i18n" / "editor" / "operators.ko.json"


def test_every_hint_of_an_operator_has_its_korean_words():
    made = catalogue()
    fields = [one for each in made["operators"] for one in each["fields"]]
    said = {one["doc"] for one in [*made["operators"], *fields, *made["common"], *made["dag"]]} - {""}
    korean = json.loads(KOREAN.read_text())
    assert said - set(korean) == set(), "not told in Korean"
    assert set(korean) - said == set(), "told of nothing that is there any more"
    assert not [one for one in korean.values() if "(를)" in one or "(을)" in one or "(이)" in one]
