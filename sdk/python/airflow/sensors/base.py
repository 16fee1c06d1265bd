# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.base"""

from aiflow.sensors.base import BaseSensorOperator as BaseSensorOperator
from aiflow.sensors.base import PokeReturnValue as PokeReturnValue
from aiflow.sensors.base import poke_mode_only as poke_mode_only
