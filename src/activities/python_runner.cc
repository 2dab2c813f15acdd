#include "activities/python_runner.h"

namespace weft::activities {

// Kept to what Python 3.8 has. The module is not named __main__, so that code below `if __name__ == "__main__"` is for
// trying the file by hand.
const char* const kPythonRunner = R"python(
import json, linecache, os, re, sys, traceback, types

NAME = "script.py"

def read(descriptor):
    with open(descriptor, encoding="utf-8", newline="") as file:
        return file.read()

def user_lines(report):
    seen = set()
    todo = [report]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.stack = traceback.StackSummary.from_list([f for f in one.stack if f.filename == NAME])
        todo += [one.__cause__, one.__context__] + list(getattr(one, "exceptions", None) or [])
    return report

def failure(error):
    report = user_lines(traceback.TracebackException.from_exception(error))
    message = "".join(report.format_exception_only()).strip().split("\n")[-1]
    if report.stack:
        message += " (line %d)" % report.stack[-1].lineno
    return {"type": type(error).__name__, "message": message, "traceback": "".join(report.format())}

def answer(kind, value):
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    data = re.sub("[\ud800-\udfff]", "\ufffd", text).encode("utf-8")
    with open(3, "wb") as file:
        file.write(kind + data)

def run(code, value):
    script = types.ModuleType("script")
    script.__file__ = NAME
    script.input = value
    sys.modules["script"] = script
    sys.argv = [NAME]
    linecache.cache[NAME] = (len(code), None, code.splitlines(True), NAME)
    try:
        exec(compile(code, NAME, "exec", dont_inherit=True), script.__dict__)
        main = getattr(script, "main", None)
        if not callable(main):
            return getattr(script, "output", None)
        function = getattr(main, "__code__", None)
        takes_nothing = function is not None and function.co_argcount == 0 and not function.co_flags & 4
        return main() if takes_nothing else main(value)
    except SystemExit as end:
        if end.code:
            raise
        return getattr(script, "output", None)

os.set_inheritable(3, False)
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
try:
    result = run(read(4), json.loads(read(5)))
except BaseException as error:
    answer(b"E", failure(error))
else:
    try:
        answer(b"R", result)
    except (TypeError, ValueError, RecursionError) as error:
        answer(b"E", {"type": type(error).__name__, "message": "the result is not JSON: %s" % error, "traceback": ""})
)python";

}  // namespace weft::activities
