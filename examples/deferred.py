# SPDX-License-Identifier: Apache-2.0
"""Waiting without a worker slot: sensors with deferrable=True, and an operator that defers itself."""

from datetime import datetime, timedelta, timezone

from airflow import DAG
from airflow.models.baseoperator import BaseOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger


class Nap(BaseOperator):
    """Sleeps without a process."""

    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=2)), method_name="wake_up",
                   kwargs={"since": datetime.now(timezone.utc)})

    def wake_up(self, context, event, since):
        return f"slept for {(datetime.now(timezone.utc) - since).total_seconds():.1f} s"


with DAG("deferred", schedule=None, tags=["example"]):
    nap = Nap(task_id="nap")
    moment = DateTimeSensorAsync(task_id="moment", target_time="{{ ds }}T00:00:00")
    file = FileSensor(task_id="file", filepath="/tmp/aiflow-example-ready", deferrable=True)
    ready = BashOperator(task_id="ready", bash_command="touch /tmp/aiflow-example-ready")
    nap >> ready
    [moment, file] >> BashOperator(task_id="done", bash_command="rm -f /tmp/aiflow-example-ready")
