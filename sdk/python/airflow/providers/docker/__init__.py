# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.docker"""
