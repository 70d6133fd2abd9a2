"""Values of all rounds, and what they come to: ratios within a round to HAProxy, their median and their spread."""
import statistics
from collections import defaultdict

BASE = "haproxy"


class Results:
    def __init__(self):
        # row -> program -> a value for each round
        self.values = defaultdict(lambda: defaultdict(list))
        self.faults = []

    def note(self, row, program, value):
        self.values[row][program].append(value)

    def fault(self, row, program, errors):
        self.faults.append(f"{row}, {program}: {errors} answers were wrong, cut off or late")

    def median(self, row, program):
        values = self.values[row].get(program)
        return statistics.median(values) if values else None

    def ratio(self, row, program, base=BASE):
        """Median of the ratios within each round, and the quartiles; None where one of the two was not measured."""
        ours, theirs = self.values[row].get(program), self.values[row].get(base)
        if not ours or not theirs:
            return None
        ratios = sorted(a / b for a, b in zip(ours, theirs) if b)
        if not ratios:
            return None
        return statistics.median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75)


def quantile(ordered, share):
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
