# SPDX-License-Identifier: Apache-2.0
"""The Open Inference Protocol v2 as Triton's own Python client speaks it."""

import http.client
import json
import re
import shutil
import site
import subprocess
import sys

import pytest
from onnx_file import affine_model
from server import BIN, ROOT, Server

CLIENT = "tritonclient[http]==2.73.0"
DOWNLOADS = ROOT / "build/downloads"


@pytest.fixture(scope="session")
def triton():
    """The client, installed once into a virtual environment under build/."""
    venv = ROOT / "build/venv-tritonclient"
    if not (venv / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", CLIENT], check=True)
        (venv / "installed").touch()
    for folder in venv.glob("lib/python*/site-packages"):
        site.addsitedir(str(folder))
    import tritonclient.http
    return tritonclient.http


def aiflow(server: Server, *words: str) -> str:
    done = subprocess.run([BIN / "aiflow", *words, "--home", server.home], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def log_in(address: str, server: Server) -> dict[str, str]:
    """Headers of a user who may run models; the one-time password is changed first."""
    def post(path, body, headers):
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        session = json.loads(answer.read())
        assert answer.status == 200, session
        cookie = answer.getheader("Set-Cookie").split(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": session["csrf_token"]}

    made = server.call("POST", "/api/v2/users", {"username": "mina", "role": "user"})
    once = made["one_time_password"]
    headers = post("/auth/login", {"username": "mina", "password": once}, {})
    return post("/auth/password", {"old_password": once, "new_password": "a long pass phrase"}, headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with the service "affine"."""
    home = tmp_path_factory.mktemp("oip") / "home"
    (home / "downloads").mkdir(parents=True)
    for wheel in DOWNLOADS.glob("onnxruntime-*.whl"):
        shutil.copy2(wheel, home / "downloads")
    model = home / "affine.onnx"
    model.write_bytes(affine_model())
    with Server(home, keep=True) as one:
        aiflow(one, "model", "add", "affine", "--file", str(model))
        aiflow(one, "runtime", "add", "onnxruntime")
        aiflow(one, "service", "deploy", "affine", "--model", "affine", "--variant", "fp32",
               "--pack", "onnxruntime")
        yield one


@pytest.fixture(scope="module")
def address(server):
    return re.search(r"http://(127\.0\.0\.1:\d+)", server.output.read_text()).group(1)


@pytest.fixture(scope="module")
def user(address, server):
    """Gives a logged-in user's headers, new ones each time: the client writes into them."""
    session = log_in(address, server)
    return lambda: {"headers": dict(session)}


@pytest.fixture
def client(triton, address):
    with triton.InferenceServerClient(address) as one:
        yield one


def test_a_program_uses_an_api_token(triton, client, server):
    import numpy as np
    server.call("POST", "/api/v2/users", {"username": "robot", "role": "user", "password": "long enough"})
    token = json.loads(aiflow(server, "tokens", "create", "robot", "--days", "1", "--json"))["token"]
    headers = {"Authorization": "Bearer " + token}
    assert client.is_model_ready("affine", headers=dict(headers))
    values = np.float32([[1, 2, 3]])
    answer = client.infer("affine", inputs_of(triton, values, True), headers=dict(headers))
    assert np.array_equal(answer.as_numpy("y"), values * 2 + [1, 2, 3])
    assert not client.is_model_ready("affine", headers={"Authorization": headers["Authorization"] + "x"})


def inputs_of(triton, values, binary, datatype="FP32"):
    made = triton.InferInput("x", list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return [made]


def refused(triton, call):
    with pytest.raises(triton.InferenceServerException) as caught:
        call()
    return caught.value.status(), caught.value.message()


def test_the_server_and_the_model_are_live_ready_and_described(client, user):
    assert client.is_server_live() and client.is_server_ready()
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.is_model_ready("affine", **user())
    assert client.is_model_ready("affine", model_version="1", **user())
    assert not client.is_model_ready("affine", model_version="2", **user())
    assert not client.is_model_ready("nothing", **user())
    metadata = client.get_model_metadata("affine", **user())
    assert metadata == client.get_model_metadata("affine", model_version="1", **user())
    assert metadata["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]
    assert metadata["outputs"] == [{"name": "y", "datatype": "FP32", "shape": [-1, 3]}]


@pytest.mark.parametrize("binary_input", [True, False])
@pytest.mark.parametrize("binary_output", [True, False])
def test_json_and_binary_tensors_give_the_same(triton, client, user, binary_input, binary_output):
    import numpy as np
    values = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
    wanted = triton.InferRequestedOutput("y", binary_data=binary_output)
    answer = client.infer("affine", inputs_of(triton, values, binary_input), outputs=[wanted],
                          request_id="seven", **user())
    assert np.array_equal(answer.as_numpy("y"), values * 2 + [1, 2, 3])
    output = answer.get_output("y")
    assert ("data" in output) != binary_output
    response = answer.get_response()
    assert (response["id"], response["model_name"], response["model_version"]) == ("seven", "affine", "1")


def test_without_named_outputs_all_come_and_a_megabyte_passes(triton, client, user):
    import numpy as np
    values = np.linspace(-1, 1, 3 << 18, dtype=np.float32).reshape(-1, 3)
    answer = client.infer("affine", inputs_of(triton, values, True), **user())
    assert np.array_equal(answer.as_numpy("y"), values * 2 + np.float32([1, 2, 3]))


def test_wrong_requests_are_refused_with_a_reason(triton, client, user):
    import numpy as np
    good = np.zeros((1, 3), np.float32)
    for binary in (True, False):
        wide = inputs_of(triton, np.zeros((1, 4), np.float32), binary)
        status, message = refused(triton, lambda: client.infer("affine", wide, **user()))
        assert status == "400" and "'x' must have shape [any,3], not [1,4]" in message
        whole = inputs_of(triton, np.zeros((1, 3), np.int32), binary, "INT32")
        status, message = refused(triton, lambda: client.infer("affine", whole, **user()))
        assert status == "400" and "'x'" in message and "FP32" in message
    status, message = refused(
        triton, lambda: client.infer("nothing", inputs_of(triton, good, True), **user()))
    assert status == "404" and "nothing" in message
    status, message = refused(
        triton, lambda: client.infer("affine", inputs_of(triton, good, True), model_version="9", **user()))
    assert status == "404" and "version" in message
    status, message = refused(
        triton, lambda: client.infer("affine", inputs_of(triton, good, True),
                                     outputs=[triton.InferRequestedOutput("z")], **user()))
    assert status == "400" and "'z'" in message
    status, message = refused(triton, lambda: client.infer("affine", inputs_of(triton, good, True)))
    assert status == "401" and "log in" in message
    assert client.infer("affine", inputs_of(triton, good, True), **user()).as_numpy("y") is not None


@pytest.mark.parametrize("length", ["-1", "x", "999999999999", "18446744073709551616"])
def test_a_header_length_outside_the_body_is_refused(address, user, length):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("POST", "/v2/models/affine/infer", b"{}",
                       {**user()["headers"], "Inference-Header-Content-Length": length})
    answer = connection.getresponse()
    assert answer.status == 400 and "within the body" in json.loads(answer.read())["error"]


def test_binary_sizes_that_do_not_add_up_are_refused(address, user):
    def status_of(shape, size, extra):
        head = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": shape,
                                       "parameters": {"binary_data_size": size}}]}).encode()
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("POST", "/v2/models/affine/infer", head + bytes(extra),
                           {**user()["headers"], "Inference-Header-Content-Length": str(len(head))})
        answer = connection.getresponse()
        return answer.status, answer.read()

    assert status_of([1, 3], 12, 12)[0] == 200
    for shape, size, extra in [([1, 3], 12, 8), ([1, 3], 8, 8), ([1, 3], 12, 16), ([1, 3], -12, 12),
                               ([1 << 40, 3], 12, 12), ([-1, 3], 12, 12)]:
        status, body = status_of(shape, size, extra)
        assert status == 400 and json.loads(body)["error"], (shape, size, extra)
