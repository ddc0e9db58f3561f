"""Mail and webhook sinks for tests: they keep the truth of what left the machine."""

import http.server
import json
import socketserver
import threading


class _SmtpSession(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 sink ESMTP")
        while True:
            line = self.rfile.readline()
            if not line:
                return
            verb = line.decode(errors="replace").strip().upper()
            if verb.startswith("DATA"):
                self.say("354 go on")
                self.server.keep(self.read_data())
                self.say("250 kept")
            elif verb.startswith("QUIT"):
                self.say("221 bye")
                return
            elif verb.startswith("EHLO"):
                self.say("250-sink")
                self.say("250 8BITMIME")
            else:
                self.say("250 ok")

    def read_data(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines).decode(errors="replace")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class _Threading(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that was killed in the middle is what these tests are about."""


class SmtpSink(_Threading):
    """Every mail as {headers, body}; a repeat says so in X-Vigie-Repeat."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _SmtpSession)
        self.mails = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def keep(self, text):
        head, _, body = text.partition("\r\n\r\n")
        headers = {}
        for line in head.replace("\r\n ", " ").split("\r\n"):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        with self.lock:
            self.mails.append({"headers": headers, "body": body})


class _Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keep({k.lower(): v for k, v in self.headers.items()}, body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class WebhookSink(_Threading):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Hook)
        self.posts = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def keep(self, headers, body):
        with self.lock:
            self.posts.append({"headers": headers, "body": json.loads(body)})
