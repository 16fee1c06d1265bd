# SPDX-License-Identifier: Apache-2.0
"""DAGs written as YAML (docs/guide/yaml-dags.md): no code in the file, so none is run to read it."""

#: a line that begins with this makes a YAML file a DAG; others in the folder are somebody's data
MARK = "aiflow_dag"


def is_yaml(path: str) -> bool:
    """By its name; most tasks never import more of this package."""
    return path.endswith((".yaml", ".yml"))
