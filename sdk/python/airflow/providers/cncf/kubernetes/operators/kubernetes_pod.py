# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.cncf.kubernetes.operators.kubernetes_pod"""

from aiflow.operators.pod import KubernetesPodOperator as KubernetesPodOperator
