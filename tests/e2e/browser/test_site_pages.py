# SPDX-License-Identifier: Apache-2.0
"""Pools, workers, backfills, the audit log, users and tokens in a real browser."""

from specs import run_specs

DAILY = '''
from datetime import datetime
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator

with DAG("daily", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):
    EmptyOperator(task_id="only")
'''


def test_the_pages_of_a_site_in_a_browser(server):
    server.add_dag("daily", DAILY)
    run_specs(server, "site", role="admin", limit_s=400)


def test_many_pages_of_one_browser(server):
    server.add_dag("daily", DAILY)
    run_specs(server, "kept-pages", role="admin")
