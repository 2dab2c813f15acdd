"""A report of engine/run.py as Markdown tables."""


def table(report):
    cases = report["cases"].values()
    return "\n\n".join(part for part in (costs([c for c in cases if "worker_cpu_s" in c["weft"]]),
                                         waits([c for c in cases if "until_waiting" in c["weft"]]),
                                         kills([c for c in cases if "lost" in c["weft"]])) if part)


def pair(case, key, form, factor=1):
    return f"{form.format(case['weft'][key] * factor)} / {form.format(case['go'][key] * factor)}"


def ratio(case, key):
    return f"{case['weft'][key] / case['go'][key]:.2f}" if case["go"][key] else "–"


def costs(cases):
    if not cases:
        return ""
    lines = ["| Weft / Go | worker CPU, s per 1,000 runs | ratio | server CPU, s per 1,000 runs | runs per second | "
             "p50, ms | p99, ms | events | history, KB (without what started the run) | worker's memory, MB |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for case in cases:
        own = [f"{(case[side]['history_bytes'] - case[side]['input_bytes']) / 1000:.1f}" for side in ("weft", "go")]
        history = f"{pair(case, 'history_bytes', '{:.1f}', 0.001)} ({own[0]} / {own[1]})"
        lines.append("| " + " | ".join([
            case["about"], pair(case, "worker_cpu_s", "{:.2f}"), ratio(case, "worker_cpu_s"),
            pair(case, "server_cpu_s", "{:.1f}"), pair(case, "runs_per_s", "{:.1f}"), pair(case, "p50_ms", "{:.0f}"),
            pair(case, "p99_ms", "{:.0f}"), pair(case, "events", "{:.0f}"), history,
            pair(case, "rss_mb", "{:.0f}")]) + " |")
    return "\n".join(lines)


def waits(cases):
    if not cases:
        return ""
    lines = ["| Weft / Go | memory per waiting run, KB | worker CPU until it waits, ms | worker CPU from event to end, ms "
             "| event to end, p50, ms | all ended |",
             "|---|---|---|---|---|---|"]
    for case in cases:
        sides = case["weft"], case["go"]
        # Seconds per 1,000 runs are milliseconds per run.
        until, after = (" / ".join(f"{side[part]['worker_cpu_s']:.2f}" for side in sides)
                        for part in ("until_waiting", "after_event"))
        ended = " / ".join("yes" if side["completed"] == case["runs"] else "no" for side in sides)
        lines.append(f"| {case['about']} | {pair(case, 'kb_per_instance', '{:.1f}')} | {until} | {after} | "
                     f"{pair(case, 'p50_ms', '{:.0f}')} | {ended} |")
    return "\n".join(lines)


def kills(cases):
    if not cases:
        return ""
    lines = ["| Weft / Go | runs lost | first call after the restart, s | first run ended, s | last run ended, s |",
             "|---|---|---|---|---|"]
    for case in cases:
        lines.append(f"| {case['about']} | {pair(case, 'lost', '{:.0f}')} | {pair(case, 'first_call_s', '{:.1f}')} | "
                     f"{pair(case, 'first_end_s', '{:.1f}')} | {pair(case, 'last_end_s', '{:.1f}')} |")
    return "\n".join(lines)
