# SPDX-License-Identifier: Apache-2.0
"""PythonSensor: a function says whether to go on."""

from __future__ import annotations

from aiflow.operators.python import PythonOperator
from aiflow.sensors.base import BaseSensorOperator, PokeReturnValue


class PythonSensor(BaseSensorOperator, PythonOperator):
    """Done when the function returns something true, or a PokeReturnValue that is done.

    The function and its arguments are PythonOperator's.
    """

    def poke(self, context: dict) -> bool | PokeReturnValue:
        answer = self.call(context)
        return answer if isinstance(answer, PokeReturnValue) else bool(answer)
