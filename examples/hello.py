# SPDX-License-Identifier: Apache-2.0
"""### Hello: a Bash task, a Python task, and a value between them"""

from aiflow import DAG, task
from aiflow.operators.bash import BashOperator

with DAG("hello", schedule="@daily", params={"who": "edge"}, tags=["example"], doc_md=__doc__):
    greet = BashOperator(task_id="greet", bash_command="echo hello {{ params.who }}")

    @task(retries=2)
    def count(text: str) -> int:
        """How long the greeting is."""
        print(f"{text!r} has {len(text)} letters")
        return len(text)

    count(greet.output)
