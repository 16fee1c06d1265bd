# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.cncf.kubernetes.secret"""

from aiflow.operators.pod import Secret as Secret
