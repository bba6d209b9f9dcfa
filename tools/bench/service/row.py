"""A line of the table."""

import statistics
from dataclasses import dataclass


def percentile(values, percent):
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


@dataclass
class Row:
    name: str
    seconds: list
    aim: str = ""
    load: float = 0  # of the machine, when it was measured

    def values(self):
        return {"name": self.name, "aim": self.aim, "median_ms": statistics.median(self.seconds) * 1e3,
                "p99_ms": percentile(self.seconds, 99) * 1e3, "samples": len(self.seconds), "load": self.load}


def table(rows):
    lines = ["| what | aim | median, ms | p99, ms | samples | load |", "|---|---|---|---|---|---|"]
    for row in rows:
        v = row.values()
        lines.append(f"| {v['name']} | {v['aim']} | {v['median_ms']:.1f} | {v['p99_ms']:.1f} "
                     f"| {v['samples']} | {v['load']:.1f} |")
    return "\n".join(lines)
