# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.common.sql.hooks"""
