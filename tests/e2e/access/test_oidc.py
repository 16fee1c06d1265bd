# SPDX-License-Identifier: Apache-2.0
"""Signing in by an OpenID provider: a real one (oidc-provider) in a real browser's steps, and one that
lies in each way that it can."""

import json
import re
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import oidc
import pytest
from browser import Browser
from product import cli
from server import BIN


@pytest.fixture
def hostile():
    provider = oidc.Provider(oidc.HERE / "hostile.mjs")
    yield provider
    provider.stop()


@pytest.fixture
def site(make_server, tmp_path, hostile):
    return oidc.Site(make_server, tmp_path).start(hostile.issuer)


def audit(site) -> list[tuple[str, str, str]]:
    items = site.server.get("/api/v2/audit")["items"]
    return [(one["user"], one["outcome"], one["object_id"]) for one in items
            if one["action"] == "finish_provider_sign_in"]


@pytest.fixture
def real(make_server, tmp_path):
    site = oidc.Site(make_server, tmp_path)
    provider = oidc.real_provider(site.url)
    yield site.start(provider.issuer)
    provider.stop()


def through_the_forms(surfer, url: str, name: str, until: str) -> str:
    """The pages of oidc-provider: name and password, then consent."""
    for _ in range(12):
        status, headers, text = surfer.get(url)
        if status in (302, 303):
            url = urljoin(url, headers["Location"])
            continue
        if url.startswith(until):
            return url
        action = re.search(r'action="([^"]+)"', text)[1].replace("&amp;", "&")
        prompt = re.search(r'name="prompt" value="(\w+)"', text)[1]
        form = {"prompt": prompt, **({"login": name, "password": "any"} if prompt == "login" else {})}
        status, headers, _ = surfer.get(urljoin(url, action), "POST", urlencode(form),
                                        {"Content-Type": "application/x-www-form-urlencoded"})
        assert status in (302, 303)
        url = urljoin(url, headers["Location"])
    raise AssertionError(f"no end, last {url}")


def test_people_of_a_real_provider_come_in_with_the_role_of_their_groups(real):
    for name, role in (("ann", "admin"), ("bob", "user")):
        surfer = oidc.Surfer()
        end = through_the_forms(surfer, real.url + "/auth/oidc/start?next=%2Fdags%3Fx%3D1", name, real.url)
        assert end == real.url + "/dags?x=1"
        session = surfer.session(real.url)
        assert (session["username"], session["role"]) == (name, role)
        assert session["issuer"].startswith("http://127.0.0.1:")
        out = urlsplit(session["sign_out_url"])
        assert parse_qs(out.query)["post_logout_redirect_uri"] == [real.url + "/"]
        status, _, text = surfer.get(session["sign_out_url"])
        assert status == 200 and "form" in text, text[:500]
    end = through_the_forms(oidc.Surfer(), real.url + "/auth/oidc/start", "eve", real.url)
    assert parse_qs(urlsplit(end).query)["sign_in"] == ["no_role"]
    users = {one["username"]: one for one in real.server.get("/api/v2/users")["items"]}
    assert set(users) == {"ann", "bob"}
    assert users["ann"]["issuer"] == session["issuer"]
    assert cli(real.server, "user", "list").stdout.count(session["issuer"]) == 2


LIES = {
    "another nonce": {"claims": {"nonce": "other"}},
    "no nonce": {"claims": {"nonce": None}},
    "another client": {"claims": {"aud": "other"}},
    "many clients": {"claims": {"aud": ["aiflow", "other"]}},
    "asked for by another": {"claims": {"azp": "other"}},
    "another issuer": {"claims": {"iss": "https://other.local"}},
    "over": {"relative": {"exp": -61}},
    "of a time to come": {"relative": {"iat": 120}},
    "not good yet": {"relative": {"nbf": 120}},
    "nobody": {"claims": {"sub": ""}},
    "not signed": {"sign": "none"},
    "signed with the public key": {"sign": "public"},
    "signed by a stranger": {"sign": "stranger"},
    "a signature that is cut": {"sign": "cut"},
    "an unknown key": {"header": {"kid": "other"}},
    "an access token": {"header": {"typ": "at+jwt"}},
    "an extension": {"header": {"crit": ["x"], "x": 1}},
    "an answer of another provider": {"back": {"iss": "https://other.local"}},
    "no token": {"answer": {"status": 200, "body": {"access_token": "x"}}},
    "no JSON": {"answer": {"status": 200, "body": "text"}},
    "a client that it does not know": {"answer": {"status": 401, "body": {"error": "invalid_client"}}},
}


def test_no_lie_of_a_provider_signs_anybody_in(site, hostile):
    for lie, how in LIES.items():
        hostile.tell(**how)
        assert site.refused() == "untrusted", lie
    hostile.tell()
    surfer = oidc.Surfer()
    assert site.sign_in(surfer) == site.url + "/"
    assert surfer.session(site.url)["username"] == "ann"
    log = site.log()
    for word in ("(nonce)", "(aud)", "(azp)", "(iss)", "(exp)", "(iat)", "(nbf)", "(sub)", "wrong signature",
                 "look at the client's id and secret"):
        assert word in log, word
    entries = audit(site)
    assert entries[0] == ("ann", "done", "ann")
    assert len(entries) == len(LIES) + 1 and {one[1] for one in entries[1:]} <= {"denied", "failed"}


def test_what_the_provider_is_told(site, hostile):
    assert site.sign_in() == site.url + "/"
    seen = hostile.told()
    assert seen["auth"]["code_challenge_method"] == "S256" and len(seen["auth"]["code_challenge"]) == 43
    assert seen["auth"]["redirect_uri"] == seen["token"]["redirect_uri"] == site.url + "/auth/oidc/callback"
    assert len(seen["token"]["code_verifier"]) == 43
    assert seen["authorization"].startswith("Basic ") and "client_secret" not in seen["token"]
    first = seen["auth"]
    site.sign_in()
    again = hostile.told()["auth"]
    assert all(first[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_a_log_in_belongs_to_one_browser_and_one_state(site, hostile):
    def callback_of(surfer) -> str:
        _, headers, _ = surfer.get(site.url + "/auth/oidc/start")
        _, headers, _ = surfer.get(headers["Location"])
        return headers["Location"]

    def word(surfer, url: str) -> str:
        status, headers, _ = surfer.get(url)
        assert status == 303 and headers["Location"].startswith(site.url + "/?sign_in=")
        return parse_qs(urlsplit(headers["Location"]).query)["sign_in"][0]

    attacker, victim = oidc.Surfer(), oidc.Surfer()
    theirs, mine = callback_of(attacker), callback_of(victim)
    assert word(victim, theirs) == "over"          # a log-in that another browser began
    assert word(oidc.Surfer(), mine) == "over"     # without the cookie
    assert word(victim, re.sub(r"state=[^&]+", "state=x", mine)) == "over"
    assert word(victim, re.sub(r"&state=[^&]+", "", mine)) == "over"
    key = next(key for key in victim.cookies if key[2] == "aiflow_login")
    good = victim.cookies[key]
    for broken in (good[:-1], good + "A", good.replace(".", "", 1), "", "x.y"):
        victim.cookies[key] = broken
        assert word(victim, mine) == "over", broken
    victim.cookies[key] = good
    assert word(victim, mine.replace("code=", "error=access_denied&x=")) == "cancelled"
    assert word(victim, mine.replace("code=", "error=server_error&x=")) == "failed"
    status, headers, _ = victim.get(mine)
    assert (status, headers["Location"]) == (303, site.url + "/")
    cookies = headers.get_all("Set-Cookie")
    assert any("aiflow_session=" in one and "HttpOnly" in one and "SameSite=Strict" in one for one in cookies)
    assert word(victim, mine) == "over"            # once
    victim.cookies[key] = good
    assert word(victim, mine) == "failed"          # and its code too, says the provider


def test_one_comes_back_to_a_path_of_this_server_alone(site):
    for page in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "evil", "/a b"):
        assert site.sign_in(next_page=page) == site.url + "/", page
    assert site.sign_in(next_page="/dags?state=failed&x=%2F") == site.url + "/dags?state=failed&x=%2F"


def test_names_and_roles_follow_the_provider(site, hostile):
    ann, again = oidc.Surfer(), oidc.Surfer()
    site.sign_in(ann)
    assert ann.session(site.url)["role"] == "admin"
    # The last admin is not taken the role.
    hostile.tell(claims={"groups": ["staff"]})
    assert site.refused() == "last_admin"
    assert ann.session(site.url)["role"] == "admin"
    site.server.call("POST", "/api/v2/users", {"username": "root", "role": "admin", "password": "long enough"})
    site.sign_in(again)
    assert again.session(site.url)["role"] == "user"
    assert ann.session(site.url) is None
    # Another person, by the same name, or by that of a user with a password.
    hostile.tell(claims={"sub": "person-2"})
    assert site.refused() == "name_taken"
    hostile.tell(claims={"sub": "person-2", "preferred_username": "root"})
    assert site.refused() == "name_taken"
    hostile.tell(claims={"sub": "person-2", "preferred_username": "two words"})
    assert site.refused() == "name_unusable"
    # Without a group there is no way in, and none is left.
    hostile.tell(claims={"groups": []})
    assert site.refused() == "no_role"
    assert again.session(site.url) is None
    assert Browser(site.server).log_in("ann", "") == 401
    for words in (("user", "password", "ann"), ("user", "role", "ann", "--role", "admin")):
        done = cli(site.server, *words)
        assert done.returncode != 0 and "by the provider's groups" in done.stderr


def test_a_default_role_and_other_claims(make_server, tmp_path, hostile):
    site = oidc.Site(make_server, tmp_path, "--oidc-default-role", "viewer", "--oidc-user-claim", "email",
                     "--oidc-groups-claim", "realm_access.roles").start(hostile.issuer)
    hostile.tell(claims={"email": "ann@site.local", "groups": None})
    surfer = oidc.Surfer()
    site.sign_in(surfer)
    assert (surfer.session(site.url)["username"], surfer.session(site.url)["role"]) == ("ann@site.local", "viewer")
    hostile.tell(claims={"email": "ann@site.local", "realm_access": {"roles": ["staff"]}})
    site.sign_in(surfer)
    assert surfer.session(site.url)["role"] == "user"
    hostile.tell(claims={"email": "ann@site.local", "email_verified": False})
    assert site.refused() == "failed"


def test_new_keys_are_found_and_a_restart_ends_no_log_in(make_server, tmp_path, hostile):
    site = oidc.Site(make_server, tmp_path).start(hostile.issuer)
    site.sign_in()
    for _ in range(2):
        hostile.tell(rotate=True)
        assert site.sign_in() == site.url + "/"
    surfer = oidc.Surfer()
    _, headers, _ = surfer.get(site.url + "/auth/oidc/start")
    site.server.stop_server()
    site.server.start()
    assert surfer.follow(headers["Location"], site.url) == site.url + "/"
    assert surfer.session(site.url)


def test_a_provider_that_is_away_is_told_and_passwords_go_on(make_server, tmp_path):
    port = oidc.free_port()
    site = oidc.Site(make_server, tmp_path).start(f"http://127.0.0.1:{port}")
    site.server.call("POST", "/api/v2/users", {"username": "root", "role": "admin", "password": "long enough"})

    def part() -> dict:
        components = site.server.get("/api/v2/monitor/health")["components"]
        return next(one for one in components if one["name"] == "sign-in provider")

    site.server.wait_for(lambda: part()["status"] == "unhealthy", "the trouble")
    assert "cannot connect" in part()["reason"]
    assert site.refused() == "unavailable"
    assert Browser(site.server).log_in("root", "long enough") == 200
    provider = oidc.Provider(oidc.HERE / "hostile.mjs", str(port))
    try:
        surfer = oidc.Surfer()
        assert site.sign_in(surfer) == site.url + "/"
        assert part()["status"] == "healthy"
    finally:
        provider.stop()
    assert surfer.session(site.url)["username"] == "ann"
    assert surfer.session(site.url)["sign_out_url"]


def test_a_provider_that_hangs_holds_up_nobody_else(site, hostile):
    hostile.tell(silent=True)
    waiting = []
    for _ in range(5):
        surfer = oidc.Surfer()
        _, headers, _ = surfer.get(site.url + "/auth/oidc/start")
        _, headers, _ = surfer.get(headers["Location"])
        waiting.append((surfer, headers["Location"]))
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(surfer.get, url) for surfer, url in waiting]
        # The four that wait for the provider leave threads for others.
        for _ in range(20):
            assert Browser(site.server).ask("GET", "/auth/signIn")[0] == 200
        words = [parse_qs(urlsplit(one.result()[1]["Location"]).query)["sign_in"][0] for one in asked]
    assert words == ["unavailable"] * 5
    assert "too many people sign in at once" in site.log() and "did not answer in time" in site.log()


def test_no_secret_of_it_is_found_anywhere(make_server, tmp_path, hostile):
    site = oidc.Site(make_server, tmp_path).start(hostile.issuer)
    surfer = oidc.Surfer()
    site.sign_in(surfer)
    hostile.tell(sign="cut")
    site.refused()
    seen = hostile.told()
    secrets = [oidc.SECRET, seen["token"]["code_verifier"], seen["auth"]["nonce"], seen["auth"]["state"],
               "canary-code", *surfer.cookies.values()]
    lines = Path(f"/proc/{site.server.process.pid}/cmdline").read_bytes()
    answers = [site.server.get(path) for path in ("/api/v2/users", "/api/v2/audit", "/api/v2/monitor/health")]
    site.server.stop()
    with sqlite3.connect(site.server.home / "aiflow.db") as db:
        dump = "".join(db.iterdump())
    files = b"".join(path.read_bytes() for path in site.server.home.rglob("*") if path.is_file())
    for secret in secrets:
        assert secret not in repr(answers) + dump
        assert secret.encode() not in lines + files


def test_a_group_without_a_role_sees_the_projects_of_its_people(make_server, tmp_path, hostile):
    site = oidc.Site(make_server, tmp_path, "--oidc-role", "guests=none").start(hostile.issuer)
    hostile.tell(claims={"groups": ["guests"]})
    ann = oidc.Surfer()
    site.sign_in(ann)
    session = ann.session(site.url)
    assert "role" not in session or session["role"] is None
    assert ann.get(site.url + "/api/v2/dags")[0] == 403
    name = session["username"]
    assert cli(site.server, "projects", "grant", "default", name, "--role", "viewer").returncode == 0
    assert ann.get(site.url + "/api/v2/dags")[0] == 200
    assert ann.get(site.url + "/api/v2/workers")[0] == 403
    # The strongest of the groups counts; without any of them nobody comes in, member or not.
    hostile.tell(claims={"groups": ["guests", "staff"]})
    site.sign_in(ann)
    assert ann.session(site.url)["role"] == "user"
    hostile.tell(claims={"groups": ["others"]})
    assert site.refused() == "no_role"


@pytest.mark.parametrize("wrong", [
    ("--oidc-issuer", "http://id.local", "http is for this machine alone"),
    ("--oidc-role", "admins", "GROUP=ROLE"),
    ("--oidc-role", "admins=root", "is no role"),
    ("--oidc-default-role", "nobody", "is no role"),
    ("--oidc-secret-file", "/nonexistent", "--oidc-secret-file"),
    ("--public-url", "flow.local", "--public-url"),
])
def test_wrong_options_are_told(tmp_path, wrong):
    option, value, words = wrong
    options = {"--oidc-issuer": "https://id.local", "--oidc-client-id": "aiflow", "--public-url": "https://flow.local",
               "--oidc-role": "a=user", option: value}
    words_of = [word for pair in options.items() for word in pair]
    done = subprocess.run([BIN / "aiflow", "serve", "--home", tmp_path, *words_of], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode != 0 and words in done.stderr, done.stderr


def test_without_a_provider_there_is_no_such_way(server):
    browser = Browser(server)
    assert not browser.ask("GET", "/auth/signIn")[1].get("provider")
    for path in ("/auth/oidc/start", "/auth/oidc/callback?code=x&state=y"):
        status, answer = browser.ask("GET", path)
        assert status == 404 and "no sign-in provider" in json.dumps(answer)
