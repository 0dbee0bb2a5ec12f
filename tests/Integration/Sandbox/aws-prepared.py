"""The aws command of this machine, imported once. A line of input is a call, {"arguments": [...], "environment": {...}}, which a fork
makes; a line of output is its end, {"exit": 0, "output": "...", "errors": "..."}. Ends with its input."""
import json
import os
import sys
import tempfile

import awscli.clidriver
import awscli.handlers
import botocore.endpoint


def run(call, output, errors):
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.environ.update(call["environment"])
    sys.argv = ["aws", *call["arguments"]]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return code or 0


for line in sys.stdin:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            code = 255
            try:
                code = run(json.loads(line), output, errors)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
    print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "output": said[0], "errors": said[1]}), flush=True)
