# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk (Airflow 3's authoring interface)"""

from aiflow import BaseOperator as BaseOperator
from aiflow import DAG as DAG
from aiflow import Param as Param
from aiflow import TaskGroup as TaskGroup
from aiflow import TriggerRule as TriggerRule
from aiflow import XComArg as XComArg
from aiflow import chain as chain
from aiflow import cross_downstream as cross_downstream
from aiflow import dag as dag
from aiflow import get_current_context as get_current_context
from aiflow.assets import Asset as Asset
from aiflow.assets import AssetAlias as AssetAlias
from aiflow.assets import AssetAll as AssetAll
from aiflow.assets import AssetAny as AssetAny
from aiflow.assets import AssetOrTimeSchedule as AssetOrTimeSchedule
from aiflow.assets import Metadata as Metadata
from aiflow.assets import asset as asset
from aiflow import setup as setup
from aiflow import task as task
from aiflow import task_group as task_group
from aiflow import teardown as teardown
from aiflow.sensors.base import BaseSensorOperator as BaseSensorOperator
from aiflow.sensors.base import PokeReturnValue as PokeReturnValue
from aiflow.timetables import CronDataIntervalTimetable as CronDataIntervalTimetable
from aiflow.timetables import CronTriggerTimetable as CronTriggerTimetable
from aiflow.timetables import DeltaDataIntervalTimetable as DeltaDataIntervalTimetable
from aiflow.timetables import DeltaTriggerTimetable as DeltaTriggerTimetable
from aiflow.timetables import EventsTimetable as EventsTimetable
from aiflow.timetables import MultipleCronTriggerTimetable as MultipleCronTriggerTimetable
from aiflow.triggers.base import BaseTrigger as BaseTrigger
from aiflow.watcher import AssetWatcher as AssetWatcher
