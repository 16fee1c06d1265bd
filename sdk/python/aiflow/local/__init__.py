# SPDX-License-Identifier: Apache-2.0
"""A run of a DAG in this process, without a server: dag.test(), `aiflow dags test`."""
