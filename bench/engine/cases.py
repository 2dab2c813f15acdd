"""What both sides run: for Weft a definition, for the Go worker the workflow of that type, both with the same input."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    definition: dict
    go_type: str
    input: dict
    runs: int
    in_flight: int
    nodes: int  # that one run goes through
    signal: dict = field(default_factory=dict)  # the runs wait for it
    kill: bool = False  # the worker is killed on the way


def chain(nodes, body):
    """n0, then each after the one before."""
    result = {}
    for i in range(nodes):
        result[f"n{i}"] = ({"needs": f"n{i - 1}"} if i else {}) | body
    return result


def all_cases(service):
    """`service` is the address of the HTTP service, HOST:PORT."""
    count_on = {"set": {"n": "${ .n + 1 }"}}
    call = {"http": f"http://{service}/item/${{ $input.id }}"}
    calls_input = {"id": "8841", "base": f"http://{service}", "steps": 5}
    calls = {"weft": 1, "name": "calls", "nodes": chain(5, call)}
    fan = {f"n{i}": {"http": f"http://{service}/item/{i}"} for i in range(500)}
    loop = {"needs": "route.long", "with": {"n": 0},
            "loop": {"while": "${ .n < $input.steps }"}, "nodes": {"step": {"set": {"n": "${ .n + 1 }"}}}}
    return [
        Case("set", "10 `set` nodes, one after the other",
             {"weft": 1, "name": "set", "nodes": chain(10, count_on)},
             "Chain", {"n": 0, "steps": 10}, runs=1000, in_flight=20, nodes=10),
        Case("http", "5 HTTP calls, one after the other", calls,
             "Calls", calls_input, runs=300, in_flight=20, nodes=5),
        Case("loop", "a switch, then a loop of 20 steps",
             {"weft": 1, "name": "loop",
              "nodes": {"route": {"switch": [{"case": "long", "when": "${ .steps > 10 }"}, {"case": "short"}]},
                        "count": loop}},
             "SwitchAndLoop", {"steps": 20}, runs=1000, in_flight=20, nodes=22),
        Case("chain", "300 `set` nodes, one after the other",
             {"weft": 1, "name": "chain", "nodes": chain(300, count_on)},
             "Chain", {"n": 0, "steps": 300}, runs=300, in_flight=20, nodes=300),
        Case("fan", "500 HTTP calls at once",
             {"weft": 1, "name": "fan",
              "nodes": fan | {"all": {"needs": sorted(fan), "set": {"n": "${ $input.steps }"}}}},
             "Fan", {"base": f"http://{service}", "steps": 500}, runs=3, in_flight=1, nodes=500),
        Case("wait", "2,000 runs that wait for an event each, then get it",
             {"weft": 1, "name": "wait", "nodes": {"gate": {"event": "bench.go"}}},
             "Wait", {}, runs=2000, in_flight=20, nodes=1,
             signal={"event": {"id": "1", "source": "bench", "type": "bench.go", "specversion": "1.0",
                               "data": {"go": True}}, "addressed": True}),
        Case("kill", "5 HTTP calls, one after the other; the worker is killed after a quarter of them", calls,
             "Calls", calls_input, runs=200, in_flight=20, nodes=5, kill=True),
    ]
