# SPDX-License-Identifier: Apache-2.0
"""The page of the server's log in a real browser, while the server has something to say."""

import threading

from specs import run_specs

DAG = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("spoken_of_{n}"):
    BashOperator(task_id="a", bash_command="true")
"""


def test_the_servers_log_in_a_browser(server):
    over = threading.Event()

    def speak():
        n = 0
        while not over.wait(2):
            n += 1
            (server.home / "dags" / f"spoken_of_{n}.py").write_text(DAG.format(n=n))

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        run_specs(server, "server-log", role="operator")
    finally:
        over.set()
        speaker.join()
