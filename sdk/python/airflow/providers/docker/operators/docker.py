# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.docker.operators.docker"""

from aiflow.operators.docker import DockerOperator as DockerOperator
