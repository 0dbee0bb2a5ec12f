"""The aws command of this machine, imported once. Each connection to the socket that it is given is a call, which a fork makes with the
caller's streams, environment and folder, and answers by its exit code in one byte. Ends with its input."""
import gc
import json
import os
import select
import signal
import socket
import sys

import awscli.clidriver
import awscli.handlers
import botocore.endpoint


def prepare():
    """Loads once what each call would load anew: the list of services, their models, and the name of this system."""
    session = awscli.clidriver.botocore.session
    loader = session.create_loader(os.environ["AWS_DATA_PATH"])
    session.create_loader = lambda search_path_string=None: loader
    client = session.Session()
    client.set_config_variable("region", "us-east-1")
    client.set_credentials("none", "none")
    for kind in ("service-2", "paginators-1", "waiters-2"):
        loader.list_available_services(kind)
    for service in ("s3", "iam", "sts", "kms", "sns", "cloudformation"):
        client.create_client(service)
    awscli.clidriver._get_linux_distribution()
    gc.freeze()  # Otherwise the first garbage collection in a fork would copy every memory page.


def read(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def run(connection):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(connection, 8, 3)
    call = json.loads(read(connection, int.from_bytes(length, "big")))
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    data_path = os.environ["AWS_DATA_PATH"]  # Set by importing awscli.
    os.environ.clear()
    os.environ.update(call["environment"], AWS_DATA_PATH=data_path)
    os.chdir(call["folder"])
    sys.argv = ["aws", *call["arguments"]]
    # Debian's release is from before AWS_ENDPOINT_URL.
    if "AWS_ENDPOINT_URL" in os.environ and "--endpoint-url" not in sys.argv:
        sys.argv[1:1] = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([(code or 0) & 255]))


prepare()
# Nobody waits for the forks.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen(64)
    print("ready", flush=True)
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        accepted, _ = listener.accept()
        with accepted:
            if os.fork() == 0:
                listener.close()
                try:
                    run(accepted)
                finally:
                    os._exit(255)
os.unlink(sys.argv[1])
os.rmdir(os.path.dirname(sys.argv[1]))
