# SPDX-License-Identifier: Apache-2.0
"""What a run or a failed try is followed by: callbacks, deadlines, retry policies."""
