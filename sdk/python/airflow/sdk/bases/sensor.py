# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.bases.sensor"""

from aiflow.sensors.base import BaseSensorOperator as BaseSensorOperator
from aiflow.sensors.base import PokeReturnValue as PokeReturnValue
