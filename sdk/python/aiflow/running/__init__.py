# SPDX-License-Identifier: Apache-2.0
"""What the context of a running task is made of."""
