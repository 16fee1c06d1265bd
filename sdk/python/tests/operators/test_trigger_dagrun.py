# SPDX-License-Identifier: Apache-2.0
"""TriggerDagRunOperator: what it says when the server refuses."""

import pytest

from aiflow import DAG, api
from aiflow.operators.trigger_dagrun import TriggerDagRunOperator


class Instance:
    key_str, map_index, try_number = "dag/run/task", -1, 1


@pytest.mark.parametrize("status", [404, 409])
def test_a_refusal_names_the_dag(monkeypatch, status):
    def refuse(*_words, **_more):
        raise api.ApiError(status, "there is no such thing, or you have no part in its project")

    monkeypatch.setattr(api, "call", refuse)
    with DAG("asks"):
        operator = TriggerDagRunOperator(task_id="t", trigger_dag_id="nosuchdag")
    with pytest.raises(api.ApiError, match="dag 'nosuchdag' cannot be triggered: there is no such"
                       ) as refused:
        operator.execute({"ti": Instance()})
    assert refused.value.status == status
