# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.log"""

from aiflow.log_mask import mask_secret as mask_secret
