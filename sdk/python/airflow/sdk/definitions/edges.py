# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.edges"""

from aiflow.edges import Label as Label
