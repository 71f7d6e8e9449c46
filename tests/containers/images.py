"""Images that stand in for those of a registry, none of which is asked for anything."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.containers.engine import PLACES

if TYPE_CHECKING:
    from tests.containers.engine import Engine

# The release of Debian that the official images of this Python are made of: it has the same one.
SUITE, VERSION = "trixie", "3.13"
# What the project's image is built as.
RELEASE = "first"
AUTHORITIES = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
# As in the official image: a `python` with a pip that pip itself can remove.
BASE = f"""
FROM scratch
ADD base.tar /
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
RUN python3 -m zipfile -e /usr/share/python-wheels/pip-*.whl \
      /usr/local/lib/python{VERSION}/dist-packages \
    && ln -s /usr/bin/python3 /usr/local/bin/python \
    && printf '[global]\\nbreak-system-packages = true\\ncert = %s\\n' \
      /etc/ssl/certs/ca-certificates.crt > /etc/pip.conf
"""
# The embedded database in the place of MongoDB: it takes the same variables, user and volume.
DATABASE = f"""
FROM python:{VERSION}-slim-{SUITE}
RUN python -m venv --without-pip /srv/.venv \
    && python -m pip --python /srv/.venv/bin/python install --quiet pymongo \
      'secantusdb>=0.7.0b3,<0.8' \
    && mkdir -p /data/db && chown 999:999 /data/db
COPY --chmod=755 mongod mongosh mongodump mongorestore /usr/local/bin/
CMD ["mongod"]
"""
MONGOD = """#!/bin/sh
serve() {
  exec /srv/.venv/bin/secantusd-py --host "$@" --port 27017 --storage-path /data/db \\
    --sync-on-commit --cache-size 128M --log-level WARNING
}
[ "${MONGO_INITDB_ROOT_PASSWORD_FILE-}" ] || serve 0.0.0.0
if [ ! -e /data/db/.ready ]; then
  (serve 127.0.0.1) &
  /srv/.venv/bin/python -c 'import os, pymongo
name, file = (os.environ["MONGO_INITDB_ROOT_" + each] for each in ("USERNAME", "PASSWORD_FILE"))
admin = pymongo.MongoClient(directConnection=True).admin
admin.command("createUser", name, pwd=open(file).read().strip(), roles=["root"])'
  kill $!
  wait
  touch /data/db/.ready
fi
serve 0.0.0.0 --auth
"""
# Whoever makes a replica set has to be a member of it, by the name that it gives.
MONGOSH = r"""#!/bin/bash
[[ $* =~ host:\ \"([a-z]+)\" ]] && exec 3<> "/dev/tcp/${BASH_REMATCH[1]}/27017"
"""
# As MongoDB's own two, as far as projects call them; what they write has another form.
TOOLS = r"""#!/srv/.venv/bin/python
import argparse, fnmatch, gzip, sys
import bson, pymongo
from bson.raw_bson import RawBSONDocument

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
parser.add_argument("--archive", nargs="?", required=True)
parser.add_argument("--gzip", action="store_true", required=True)
parser.add_argument("--nsInclude", default="*")
parser.add_argument("--drop", action="store_true")
given = parser.parse_args()
uri = open(given.config).read().removeprefix("uri: ").strip()
client = pymongo.MongoClient(uri, document_class=RawBSONDocument)

def dump(file):
    for database in set(client.list_database_names()) - {"admin", "config", "local"}:
        for name in client[database].list_collection_names():
            file.write(bson.encode({"to": f"{database}.{name}"}))
            for document in client[database][name].find():
                file.write(bson.encode({"to": f"{database}.{name}", "document": document}))

def restore(file):
    found = {}
    for entry in bson.decode_file_iter(file, client.codec_options):
        found.setdefault(entry["to"], []).extend([entry["document"]] if "document" in entry else [])
    for namespace in fnmatch.filter(found, given.nsInclude):
        database, _, name = namespace.partition(".")
        if given.drop:
            client[database].drop_collection(name)
        if found[namespace]:
            client[database][name].insert_many(found[namespace])

if sys.argv[0].endswith("mongodump"):
    with gzip.open(given.archive or sys.stdout.buffer, "wb") as file:
        dump(file)
else:
    with gzip.open(given.archive or sys.stdin.buffer) as file:
        restore(file)
"""
# The embedded object store in the place of SeaweedFS: it takes the same words and the same file.
STORE = f"""
FROM python:{VERSION}-slim-{SUITE}
RUN python -m venv --without-pip /srv/.venv \
    && python -m pip --python /srv/.venv/bin/python install --quiet 'ministack>=1.5.33,<2' \
    && mkdir /data && chown 1000:1000 /data
COPY --chmod=755 weed wget /usr/local/bin/
ENTRYPOINT ["weed"]
"""
WEED = """#!/srv/.venv/bin/python
import json, os, socket, sys, time
from botocore.session import Session

words = dict(word.partition("=")[::2] for word in sys.argv[2:])
named = {each["name"]: each for each in json.load(open(words["-s3.config"]))["identities"]}
keys, bucket = named["app"]["credentials"][0], words["-bucket"]
assert f"Read:{bucket}" in named["anonymous"]["actions"]
os.environ |= {
    "AUTH": "true", "S3_PERSIST": "1", "SERVICES": "s3", "GATEWAY_PORT": "8333",
    "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
    # Otherwise what stands before it in a name would be a bucket.
    "MINISTACK_HOST": "store", "S3_DATA_DIR": words["-dir"],
    "AWS_ACCESS_KEY_ID": keys["accessKey"], "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
}
if os.fork():
    sys.argv[1:] = []
    from ministack import app
    app.main()
else:
    while socket.socket().connect_ex(("127.0.0.1", 8333)):
        time.sleep(0.2)
    client = Session().create_client(
        "s3", endpoint_url="http://127.0.0.1:8333", region_name="us-east-1"
    )
    try:
        client.create_bucket(Bucket=bucket)
    except client.exceptions.BucketAlreadyOwnedByYou:
        pass
    client.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    statement["Resource"] = f"arn:aws:s3:::{bucket}/*"
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    open("/tmp/ready", "w").close()
"""
WGET = """#!/bin/sh
exec test -e /tmp/ready
"""
# A mail server in the place of Mailpit, which takes everything and shows nothing.
MAIL = f"""
FROM python:{VERSION}-slim-{SUITE}
RUN python -m venv --without-pip /srv/.venv \
    && python -m pip --python /srv/.venv/bin/python install --quiet 'aiosmtpd>=1.4.6,<2'
CMD ["/srv/.venv/bin/python", "-m", "aiosmtpd", "--nosetuid", "--listen", "0.0.0.0:1025"]
"""
# Ways in which a release is broken, as what is added to wsgi.py.
REFUSAL = """

@app.before_request
def refuse():
    from flask import request
    if request.path.startswith({prefix!r}):
        return "broken", 500

app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())
"""
DEATH = """

import os, threading, time

def die():
    time.sleep(10)
    os._exit(70)

threading.Thread(target=die, daemon=True).start()
"""
# Whose health check is right until it is too late: they get requests, and some end in an error. The
# gateway may not send a write again whose server has died.
TRUSTED = ("answers with errors", "answers and then dies")
BREAKS = {
    "does not start": "raise SystemExit('broken')\n",
    "is never ready": REFUSAL.format(prefix="/health"),
    "answers with errors": REFUSAL.format(prefix="/api"),
    "answers and then dies": DEATH,
}


def make_base(engine: Engine, folder: Path) -> None:
    """Make the images that Dockerfiles are built on; what Debian gave is kept in *folder*."""
    archive = folder / f"{SUITE}.tar"
    if not archive.exists():
        packages = "--include=python3,python3-pip-whl,ca-certificates"
        part = archive.with_suffix(".part.tar")
        command = ["mmdebstrap", "--quiet", "--variant=apt", packages, SUITE, str(part)]
        subprocess.run(command, env=os.environ | {"PATH": PLACES}, check=True)
        part.rename(archive)
    context = folder / "base"
    context.mkdir(exist_ok=True)
    (context / "Dockerfile").write_text(BASE)
    shutil.copy(AUTHORITIES, context / "authorities.crt")
    (context / "base.tar").unlink(missing_ok=True)
    (context / "base.tar").hardlink_to(archive)
    name = f"python:{VERSION}-slim-{SUITE}"
    engine.build(context, name)
    engine.run("tag", name, f"debian:{SUITE}-slim")


def make_database(engine: Engine, folder: Path, name: str) -> None:
    """Make the image *name* of a database."""
    programs = {"mongod": MONGOD, "mongosh": MONGOSH, "mongodump": TOOLS, "mongorestore": TOOLS}
    make(engine, folder / "database", name, {"Dockerfile": DATABASE, **programs})


def make_store(engine: Engine, folder: Path, name: str) -> None:
    """Make the image *name* of an object store."""
    make(engine, folder / "store", name, {"Dockerfile": STORE, "weed": WEED, "wget": WGET})


def make_mail(engine: Engine, folder: Path, name: str) -> None:
    """Make the image *name* of a mail server."""
    make(engine, folder / "mail", name, {"Dockerfile": MAIL})


def make(engine: Engine, context: Path, name: str, files: dict[str, str]) -> None:
    """Make the image *name* of nothing but *files*."""
    context.mkdir(exist_ok=True)
    for file, text in files.items():
        (context / file).write_text(text)
    engine.build(context, name)


def make_broken(engine: Engine, folder: Path, good: str, kind: str) -> str:
    """Make an image of the release *good* that is broken, and return its name."""
    context = folder / kind.replace(" ", "-")
    context.mkdir()
    (context / "more.py").write_text(BREAKS[kind])
    (context / "Dockerfile").write_text(
        f"FROM {good}\nUSER root\nCOPY more.py .\n"
        "RUN cat more.py >> wsgi.py && rm more.py\nUSER 10001:10001\n"
    )
    name = f"app:{context.name}"
    engine.build(context, name)
    return name
