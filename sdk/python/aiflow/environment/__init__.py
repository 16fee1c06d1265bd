# SPDX-License-Identifier: Apache-2.0
"""What the worker's environment holds for tasks, and how it is kept out of the log."""
