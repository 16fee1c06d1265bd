# SPDX-License-Identifier: Apache-2.0
"""### Mapping: one task for each item of a list that is known only when the run has begun

`folder` is searched for files; each one is counted by an instance of its own, and the counts are
added up. Below, a group of two tasks runs once for each pair of a word and its repetitions.
"""

from pathlib import Path

from aiflow import DAG, task, task_group
from aiflow.operators.bash import BashOperator

with DAG("mapping", schedule=None, params={"folder": str(Path(__file__).resolve().parent)},
         tags=["example"], doc_md=__doc__):

    @task
    def list_files(params: dict) -> list[str]:
        """The Python files of the folder."""
        return sorted(str(path) for path in Path(params["folder"]).glob("*.py"))

    @task(map_index_template="{{ task.op_kwargs['path'] }}", retries=1)
    def count_lines(path: str) -> int:
        """How many lines one file has."""
        return len(Path(path).read_text(encoding="utf-8").splitlines())

    @task
    def add_up(counts: list[int]) -> int:
        """Gets the values of all instances as one list."""
        print(f"{len(counts)} files, {sum(counts)} lines")
        return sum(counts)

    add_up(count_lines.expand(path=list_files()))

    @task_group
    def announce(word: str, times: int):
        """Says a word, then checks what was said."""
        said = BashOperator(
            task_id="say", env={"WORD": word, "TIMES": times}, append_env=True,
            bash_command="for i in $(seq $TIMES); do printf '%s ' $WORD; done")

        @task
        def check(text: str, word: str, times: int) -> bool:
            assert text.split() == [word] * times, text
            return True

        check(said.output, word, times)

    announce.expand_kwargs([{"word": "hello", "times": 1}, {"word": "edge", "times": 3}])
