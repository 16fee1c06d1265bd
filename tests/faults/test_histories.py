# SPDX-License-Identifier: Apache-2.0
"""Databases that earlier versions left, killed in the middle: the events replayed give the tables (S15),
today's server takes them over and brings what was open to its end."""

import sqlite3

import pytest

from histories import FOLDER, replay, tables
from pair import Pair

RECORDED = sorted(FOLDER.glob("*.sql"))


def load(recorded, home):
    home.mkdir()
    with sqlite3.connect(home / "aiflow.db") as db:
        db.executescript("PRAGMA journal_mode = WAL;" + recorded.read_text())


def check_replay(home) -> dict:
    with sqlite3.connect(f"file:{home}/aiflow.db?mode=ro", uri=True) as db:
        assert replay(db) == tables(db)
        return tables(db)[0]


def test_there_are_recorded_histories():
    assert RECORDED


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_history_gives_its_tables_and_goes_on(recorded, tmp_path):
    home = tmp_path / "home"
    load(recorded, home)
    before = check_replay(home)
    assert before[("open", "unfinished")] == "running"
    with Pair(home) as pair:
        pair.wait_for(lambda: pair.run_state("open", "unfinished") == "success", "the end of what was open")
        assert pair.tasks("open", "unfinished")["x"]["try_number"] == 2
    after = check_replay(home)
    assert {**after, ("open", "unfinished"): "running"} == before


def test_a_history_with_a_gap_is_found(tmp_path):
    load(RECORDED[0], tmp_path / "home")
    with sqlite3.connect(tmp_path / "home/aiflow.db") as db:
        db.execute("DELETE FROM event_log WHERE id = (SELECT max(id) FROM event_log"
                   " WHERE kind = 'task_instance')")
    with pytest.raises(AssertionError):
        check_replay(tmp_path / "home")
