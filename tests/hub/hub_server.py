"""A server that speaks as much of the Hugging Face hub's protocol as entries need: in memory, on this machine alone."""

import base64
import hashlib
import http.server
import json
import re
import threading
import urllib.parse

TOKEN = "hf_secretsecretsecretsecretsecretsecre"


class Server(http.server.ThreadingHTTPServer):
    """Repositories: name -> {branch or tag: commit}, and commits: (name, commit) -> {file: bytes}; what was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos, self.commits, self.asked, self.closed = {}, {}, [], False
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sizes = {}  # what the server says of a file instead of its size
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def commit(self, repo, files, branch="main"):
        """Put files beside those of the branch; the commit."""
        heads = self.repos.setdefault(repo, {})
        whole = {**self.commits.get((repo, heads.get(branch)), {}), **files}
        content = b"".join(name.encode() + data for name, data in sorted(whole.items()))
        heads[branch] = hashlib.sha1(content + str(len(self.commits)).encode()).hexdigest()
        self.commits[repo, heads[branch]] = whole
        return heads[branch]

    def close(self):
        """Nobody answers any more, not even through a connection that is kept."""
        self.closed = True
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing."""

    def parse_request(self):
        understood = super().parse_request()
        self.close_connection |= self.server.closed
        return understood and not self.server.closed

    def do_GET(self):
        self.server.asked.append((self.command, self.path))
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path):
            return self._info(match[1], match[2] or "main")
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._file(*match.groups())
        return self._send(404, {"error": "unknown"})

    do_HEAD = do_GET

    def do_POST(self):
        self.server.asked.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"error": "who are you?"})
        if self.path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked.get('organization') or 'ada'}/{asked['name']}"
            if repo in self.server.repos:
                return self._send(409, {"url": f"{self.server.url}/{repo}", "error": "exists"})
            self.server.commit(repo, {".gitattributes": b""})
            return self._send(200, {"url": f"{self.server.url}/{repo}", "name": repo})
        if self.path == "/api/validate-yaml":
            return self._send(200, {"errors": [], "warnings": []})
        match = re.fullmatch(r"/api/models/([^/]+/[^/]+)/(preupload|commit)/([^/?]+).*", self.path)
        if match and match[2] == "preupload":
            files = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}
                     for file in json.loads(body)["files"]]  # fmt: skip
            return self._send(200, {"files": files})
        if match:
            lines = [json.loads(line) for line in body.splitlines() if line]
            files = {line["value"]["path"]: base64.b64decode(line["value"]["content"])
                     for line in lines if line["key"] == "file"}  # fmt: skip
            oid = self.server.commit(match[1], files, match[3])
            return self._send(200, {"commitUrl": f"{self.server.url}/{match[1]}/commit/{oid}", "commitOid": oid,
                                    "success": True})  # fmt: skip
        return self._send(404, {"error": "unknown"})

    def _files(self, repo, revision):
        commit = self.server.repos.get(repo, {}).get(revision, revision)
        return commit, self.server.commits.get((repo, commit))

    def _info(self, repo, revision):
        if repo not in self.server.repos:
            return self._send(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        commit, files = self._files(repo, revision)
        if files is None:
            return self._send(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
        siblings = [{"rfilename": name, "size": self.server.sizes.get(name, len(data)), "blobId": "0" * 40}
                    for name, data in files.items()]  # fmt: skip
        return self._send(200, {"_id": "1", "id": repo, "modelId": repo, "sha": commit, "private": False,
                                "siblings": siblings, "tags": [], "downloads": 0, "likes": 0})  # fmt: skip

    def _file(self, repo, revision, name):
        commit, files = self._files(repo, revision)
        if not files or name not in files:
            return self._send(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
        etag = hashlib.sha1(files[name]).hexdigest()
        return self._send(200, files[name], {"ETag": f'"{etag}"', "X-Repo-Commit": commit})

    def _send(self, status, content, headers=()):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for key, value in dict(headers).items():
            self.send_header(key, value)
        self.send_header("Content-Type", f"application/{'octet-stream' if data is content else 'json'}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
