"""An S3 provider for tests: moto, with what its Object Lock lacks and a clock that tests move.

Prints its port, and ends when its standard input does. Each bucket has a clock of its own:
POST /_clock/BUCKET/MILLISECONDS moves it forward; until then it stands at START.

Added to moto, as providers do it: retention in COMPLIANCE mode is not shortened; one request is done after
the other, so that `If-None-Match: *` lets one of many writers win; answers tell the provider's time.
"""

import datetime
import os
import sys
import threading

# Small pages, so that every list is one of several.
os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = "3"

import moto.s3.models as s3
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.exceptions import AccessDeniedByLock
from werkzeug.http import http_date
from werkzeug.serving import make_server

START = datetime.datetime(2030, 1, 1)
clocks: dict[str, datetime.datetime] = {}
at_a_time = threading.RLock()
asked = threading.local()


def now() -> datetime.datetime:
    """No two moments are the same: moto orders versions by them."""
    bucket = getattr(asked, "bucket", "")
    clocks[bucket] = clocks.get(bucket, START) + datetime.timedelta(microseconds=1)
    return clocks[bucket]


def until(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=None)


unguarded = s3.S3Backend.put_object_retention


def put_object_retention(self, bucket_name, key_name, version_id, retention):
    key = self.get_object(bucket_name, key_name, version_id=version_id)
    if key.lock_mode == "COMPLIANCE" and key.is_locked(governance_bypass=True):
        mode, wish = retention
        if mode != "COMPLIANCE" or until(wish) < until(key.lock_until):
            raise AccessDeniedByLock
    unguarded(self, bucket_name, key_name, version_id, retention)


s3.utcnow = now
s3.S3Backend.put_object_retention = put_object_retention
inner = DomainDispatcherApplication(create_backend_app)


def provider(environ, start_response):
    parts = environ["PATH_INFO"].split("/")
    with at_a_time:
        asked.bucket = parts[1]
        if parts[1] == "_clock":
            asked.bucket = parts[2]
            clocks[parts[2]] = now() + datetime.timedelta(milliseconds=int(parts[3]))
            start_response("204 No Content", [])
            return []

        started = []
        answer = b"".join(inner(environ, lambda *start: started.append(start)))
        # As the specification and the providers call it.
        answer = answer.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration")
        status, headers, *_ = started[-1]
        if answer:
            headers = [(n, v) for n, v in headers if n.lower() != "content-length"]
            headers.append(("Content-Length", str(len(answer))))
        start_response(status, headers)
        return [answer]


def end_with_whoever_started_it():
    sys.stdin.buffer.read()
    os._exit(0)


class Quiet(MotoRequestHandler):
    def log(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return http_date(now())


server = make_server("127.0.0.1", 0, provider, threaded=True, request_handler=Quiet)
threading.Thread(target=end_with_whoever_started_it, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
