"""Writes what Jinja2 itself makes of the cases in rules.json back into the file.

Run through `go test ./engine/prompt/jinja2 -update`; wants `pip install jinja2==3.1.2`.
The environment is the one that transformers renders chat templates in.
"""
import datetime
import json
import sys

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


rules = json.load(open(sys.argv[1], encoding="utf-8"))
now = datetime.datetime.fromisoformat(rules["now"])
env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = refuse
env.globals["strftime_now"] = now.strftime
for case in rules["cases"]:
    case.pop("want", None)
    case.pop("raises", None)
    context = json.loads(json.dumps(rules["context"]))
    try:
        case["want"] = env.from_string(case["template"]).render(context)
    except Exception as e:
        case["raises"] = f"{type(e).__name__}: {e}"
with open(sys.argv[1], "w", encoding="utf-8") as f:
    json.dump(rules, f, ensure_ascii=False, indent=1)
    f.write("\n")
