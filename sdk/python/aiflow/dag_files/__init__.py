# SPDX-License-Identifier: Apache-2.0
"""What DAG files are made of, and what they read."""
