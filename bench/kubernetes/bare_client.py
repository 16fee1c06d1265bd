# SPDX-License-Identifier: Apache-2.0
"""Pods from a client that only creates them and sees them end: what the cluster itself can do."""
import http.client
import json
import ssl
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

CREATORS = 8
LABEL = "aiflow.test/bare"


class Api:
    """The API of a kubeconfig of tools/kube (JSON, a token)."""

    def __init__(self, kubeconfig):
        config = json.loads(Path(kubeconfig).read_text())
        cluster = config["clusters"][0]["cluster"]
        self._address = urlsplit(cluster["server"])
        self._tls = ssl.create_default_context(
            cafile=Path(kubeconfig).parent / cluster["certificate-authority"])
        self.headers = {"Authorization": "Bearer " + config["users"][0]["user"]["token"],
                        "Content-Type": "application/json", "Accept": "application/json"}

    def connect(self):
        return http.client.HTTPSConnection(self._address.hostname, self._address.port,
                                           context=self._tls, timeout=120)


def _call(api, connection, method, path, body=None):
    connection.request(method, path, body, api.headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
    return json.loads(text)


def like(api, namespace, name):
    """The text of a pod as its client sent it, as far as the API still knows that, without its name
    and without the labels by which AIflow finds its pods."""
    pod = _call(api, api.connect(), "GET", f"/api/v1/namespaces/{namespace}/pods/{name}")
    for field in ("nodeName", "serviceAccount", "serviceAccountName", "priority"):
        pod["spec"].pop(field, None)
    tokens = {v["name"] for v in pod["spec"].pop("volumes", []) if v["name"].startswith("kube-api-access")}
    for container in pod["spec"]["containers"]:
        container["volumeMounts"] = [mount for mount in container.get("volumeMounts", [])
                                     if mount["name"] not in tokens]
    return {"apiVersion": "v1", "kind": "Pod", "spec": pod["spec"],
            "metadata": {"labels": {LABEL: "1"}, "annotations": pod["metadata"].get("annotations", {})}}


def _watch(api, namespace, version, at_once, left):
    connection = api.connect()
    connection.request("GET", f"/api/v1/namespaces/{namespace}/pods?watch=true&labelSelector="
                       f"{quote(LABEL)}&resourceVersion={version}", headers=api.headers)
    ended = set()
    for line in connection.getresponse():
        pod = json.loads(line)["object"]
        name = pod["metadata"]["name"]
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed") and name not in ended:
            ended.add(name)
            at_once.release()
            if len(ended) == left:
                return


def run(api, pod, pods, at_once, namespace="default"):
    """Seconds until so many pods like this one have ended, with at most at_once of them at a time."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    version = _call(api, api.connect(), "GET", path + "?limit=1")["metadata"]["resourceVersion"]
    room = threading.Semaphore(at_once)
    watch = threading.Thread(target=_watch, args=(api, namespace, version, room, pods), daemon=True)
    names = iter(range(pods))
    names_lock = threading.Lock()

    def create():
        connection = api.connect()
        while True:
            with names_lock:
                n = next(names, None)
            if n is None:
                return
            room.acquire()
            metadata = {**pod["metadata"], "name": f"bare-{n}"}
            _call(api, connection, "POST", path, json.dumps({**pod, "metadata": metadata}))

    began = time.monotonic()
    watch.start()
    creators = [threading.Thread(target=create, daemon=True) for _ in range(CREATORS)]
    for creator in creators:
        creator.start()
    watch.join(timeout=600)
    if watch.is_alive():
        raise RuntimeError("the pods of the bare client did not end")
    return time.monotonic() - began
