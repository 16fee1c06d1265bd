# SPDX-License-Identifier: Apache-2.0
"""Operators over AIflow's own commands for models, services and cameras: what they do is what
`aiflow model optimize --help` and its kin say. Values reach the command as variables of its
environment, so that a rendered template is never read as code."""

from __future__ import annotations

from typing import Any

from aiflow.operators.bash import BashOperator


class _CommandOperator(BashOperator):
    """Runs `aiflow` with words and options; its JSON answer is the return value."""

    #: what the command is made of is no argument of these operators
    hidden_arguments = frozenset({"words", "subject", "options", "bash_command", "env", "append_env",
                                  "output_encoding", "skip_on_exit_code", "inputs", "outputs"})

    def __init__(self, *, words: list[str], subject: str, options: dict[str, Any], **kwargs: Any):
        given = {name: value for name, value in options.items() if value not in (None, False, [])}
        env = {"SUBJECT": str(subject)}
        command = ["exec aiflow", *words, '"$SUBJECT"']
        for name, value in given.items():
            for i, one in enumerate(value if isinstance(value, list) else [value]):
                if one is True:
                    command.append(f"--{name}")
                    continue
                variable = f"{name.upper().replace('-', '_')}_{i}"
                env[variable] = str(one)
                command.append(f'--{name} "${variable}"')
        super().__init__(bash_command=" ".join([*command, "--json"]), env=env, append_env=True,
                         **kwargs)


class AddModelOperator(_CommandOperator):
    """Fetches a model of the catalogue and converts it to ONNX.

    model: its name in the catalogue, as ssd-oidv4.
    """

    def __init__(self, *, model: str, **kwargs: Any):
        super().__init__(words=["model", "add"], subject=model, options={}, **kwargs)


class OptimizeModelOperator(_CommandOperator):
    """Makes smaller and faster variants of a model.

    model: its name; the newest version is taken when none is given.
    runtime_pack: the runtime pack that runs it, as onnxruntime.
    calibrate_video: a video for the value ranges of INT8.
    calibrate_frames: which of its frames, FIRST:END.
    calibrate_count: how many of them, evenly spread.
    variants: which to make, with commas between.
    version: of the model; 0 is the newest.
    """

    def __init__(self, *, model: str, runtime_pack: str, calibrate_video: str,
                 calibrate_frames: str | None = None, calibrate_count: int = 100,
                 variants: str = "fp32-simplified,fp16,int8", version: int = 0, **kwargs: Any):
        super().__init__(words=["model", "optimize"], subject=model, options={
            "pack": runtime_pack, "version": version or None, "calibrate-video": calibrate_video,
            "calibrate-frames": calibrate_frames, "calibrate-count": calibrate_count,
            "variants": variants}, **kwargs)


class CompareModelOperator(_CommandOperator):
    """Measures a model's variants on labelled video: accuracy, latency, size.

    model: its name.
    runtime_pack: the runtime pack that runs it, as onnxruntime.
    video: the labelled video.
    labels: the file with its labels.
    label: which label counts.
    variants: those to compare beside fp32; all when left out.
    accuracy_loss_max: how much AP@0.5 a faster variant may lose.
    version: of the model; 0 is the newest.
    """

    def __init__(self, *, model: str, runtime_pack: str, video: str, labels: str,
                 label: str = "Person", variants: list[str] | None = None,
                 accuracy_loss_max: float = 0.02, version: int = 0, **kwargs: Any):
        super().__init__(words=["model", "compare"], subject=model, options={
            "pack": runtime_pack, "version": version or None, "video": video, "labels": labels,
            "label": label, "variant": variants or None, "accuracy-loss-max": accuracy_loss_max},
            **kwargs)


class DeployServiceOperator(_CommandOperator):
    """Serves a variant of a model as an inference service.

    service: the service's name.
    model: the model's name.
    variant: which of its variants, as int8.
    runtime_pack: the runtime pack that runs it, as onnxruntime.
    report: id of the comparison that the choice is based on.
    threads: of the engine.
    version: of the model; 0 is the newest.
    """

    def __init__(self, *, service: str, model: str, variant: str, runtime_pack: str,
                 report: str | None = None, threads: int = 1, version: int = 0, **kwargs: Any):
        super().__init__(words=["service", "deploy"], subject=service, options={
            "model": model, "version": version or None, "variant": variant, "pack": runtime_pack,
            "report": report, "threads": threads}, **kwargs)


class WatchCameraOperator(_CommandOperator):
    """Watches a camera or a video file with a deployed detector and its rules.

    camera: the camera's id.
    source: a video file, or an rtsp:// or http:// address.
    service: the deployed detector.
    rules: a JSON file with lines and zones.
    name: how it is called on screen.
    classes: labels to watch; all when left out.
    start_frame: the first frame of a file.
    end_frame: one past its last.
    realtime: plays a file at its own pace.
    wait_for_end: the task ends when the file has; else when the camera has been started.
    """

    def __init__(self, *, camera: str, source: str, service: str, rules: str,
                 name: str | None = None, classes: list[str] | None = None,
                 start_frame: int | None = None, end_frame: int | None = None,
                 realtime: bool = False, wait_for_end: bool = True, **kwargs: Any):
        super().__init__(words=["camera", "add"], subject=camera, options={
            "source": source, "service": service, "rules": rules, "name": name,
            "class": classes or None, "start-frame": start_frame, "end-frame": end_frame,
            "realtime": realtime, "wait": wait_for_end}, **kwargs)
