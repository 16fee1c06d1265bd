# SPDX-License-Identifier: Apache-2.0
"""What a deferred task waits for. Triggers of this package run inside the server."""
