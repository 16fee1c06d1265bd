# SPDX-License-Identifier: Apache-2.0
"""airflow.models"""

from aiflow.baseoperator import BaseOperator as BaseOperator
from aiflow.context import TaskInstance as TaskInstance
from aiflow.dag import DAG as DAG
from aiflow.param import Param as Param
from aiflow.xcom_arg import XComArg as XComArg
from aiflow.environment.variable import Connection as Connection
from aiflow.environment.variable import Variable as Variable
