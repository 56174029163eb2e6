"""The ratios of an earlier page, on another processor, beside the ratios of this one."""

import datetime
import json
from pathlib import Path

import machine

PATH = Path(__file__).parent / "earlier.json"


class Earlier:
    """Reads `earlier.json`, and collects what `report.py --keep` writes there."""

    def __init__(self):
        self.data = json.loads(PATH.read_text()) if PATH.exists() else {"cpu": "an earlier machine", "ratios": {}, "means": {}}
        self.kept = {"cpu": machine.processor(), "date": str(datetime.date.today()), "means": {}, "ratios": {}}

    @property
    def cpu(self):
        return self.data["cpu"]

    @property
    def date(self):
        return self.data.get("date", "")

    def keep(self, suite, means):
        self.kept["means"][suite] = {library: round(mean, 3) for library, mean in means.items()}

    def mean(self, suite, library):
        """The geometric mean of a library, as text; empty without one."""
        return text(self.data["means"].get(suite, {}).get(library))

    def ratio(self, ratio):
        """The earlier ratio in the same place, as text; empty without one."""
        return text(self.data["ratios"].get(ratio.where, {}).get(ratio.key))

    def write(self, ratios):
        for ratio in ratios:
            self.kept["ratios"].setdefault(ratio.where, {})[ratio.key] = round(ratio.value, 3)
        PATH.write_text(json.dumps(self.kept, indent=1, ensure_ascii=False) + "\n")


def text(number):
    return "" if number is None else f"{number:.2f}"
