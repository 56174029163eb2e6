"""Work-precision plots."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.fonttype"] = "none"  # small files, text as text
matplotlib.rcParams["svg.hashsalt"] = "rheos"
import matplotlib.pyplot as plt

from tables import OURS, ours_first


def work_precision(fronts, titles, path):
    """A panel per problem, a curve per library: the best of its methods at every error."""
    libraries = ours_first({library for problem in fronts.values() for library in problem})
    columns = (len(titles) + 1) // 2
    figure, axes = plt.subplots(2, columns, figsize=(4 * columns, 7.5), layout="constrained")
    for axis, (problem, title) in zip(axes.flat, titles.items()):
        for i, library in enumerate(libraries):
            points = sorted(p for curve in fronts.get(problem, {}).get(library, {}).values() for p in curve)
            best, envelope = float("inf"), []
            for error, time in points:
                if time < best:
                    best = time
                    envelope.append((error, time))
            if envelope:
                style = dict(color="black", linewidth=2.2) if library == OURS else dict(color=f"C{i - 1}", linewidth=1.1)
                axis.loglog(*zip(*envelope), marker="o", markersize=2.5, label=library, **style)
        axis.set_title(title, fontsize=8)
        axis.invert_xaxis()
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    for axis in axes[1]:
        axis.set_xlabel("relative error at the end")
    for axis in axes[:, 0]:
        axis.set_ylabel("seconds")
    drawn = {label: handle for axis in axes.flat for handle, label in zip(*axis.get_legend_handles_labels())}
    labels = ours_first(drawn)
    handles = [drawn[label] for label in labels]
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8)
    figure.savefig(path, metadata={"Date": None})
