# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.log"""

from aiflow.environment.log_mask import mask_secret as mask_secret
