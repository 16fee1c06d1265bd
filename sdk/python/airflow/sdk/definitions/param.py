# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.param"""

from aiflow.param import DagParam as DagParam
from aiflow.param import Param as Param
from aiflow.param import ParamsDict as ParamsDict
