"""When two codes agree about a curve: the criterion, fixed before the packings it judges were run.

Both codes run the same packings; each gives one row of figures (windows) a packing.  `change` is
theirs less ours, packing by packing.  `spread` is the standard deviation of ours between packings:
what a change of packing, which nobody controls, changes.  Per window:

- *agree*: the 90 % interval of the mean change lies within ± spread.  Two one-sided tests of 5 %,
  and all windows must pass, so a true difference of one spread in any of them passes in at most one
  trial of twenty, without a correction for their number (intersection-union; Schuirmann 1987,
  J. Pharmacokinet. Biopharm. 15, 657; Berger & Hsu 1996, Stat. Sci. 11, 283).  Few packings cannot
  pass by being few: the interval is then wide.
- *apart*: the mean change is clear of zero (Student's test, 5 % over all windows after Bonferroni)
  and larger than the spread.

Between the two nothing is decided.  What they can see is measured in `test_agreement.py`.
"""

import numpy as np
from scipy.stats import t as student


def half_width(change, chance):
    """Half-width of the interval of each window's mean that misses the truth with `chance`."""
    count = change.shape[0]
    scatter = change.std(axis=0, ddof=1) / np.sqrt(count)
    return student.ppf(1.0 - 0.5 * chance, count - 1) * scatter


def agree(change, spread):
    """Windows whose mean change is shown to be smaller than the spread."""
    return np.asarray(np.abs(change.mean(axis=0)) + half_width(change, 0.10) < spread)


def clear_of_zero(change):
    """Windows whose mean change is no accident (5 % over all windows)."""
    return np.abs(change.mean(axis=0)) > half_width(change, 0.05 / change.shape[1])


def apart(change, spread):
    """Windows in which the two are told apart by more than the spread."""
    return np.asarray(clear_of_zero(change) & (np.abs(change.mean(axis=0)) > spread))


def table(names, ours, theirs):
    """Rows for the document: means, change with its 90 % interval, spread, and what is shown."""
    change, spread = theirs - ours, ours.std(axis=0, ddof=1)
    half, kin, far = half_width(change, 0.10), agree(change, spread), apart(change, spread)
    clear = clear_of_zero(change)
    rows = []
    for k, name in enumerate(names):
        verdict = "agree" if kin[k] else "apart" if far[k] else "undecided"
        rows.append(
            f"| {name} | {ours[:, k].mean():.4f} | {theirs[:, k].mean():.4f} | "
            f"{change[:, k].mean():+.4f} ± {half[k]:.4f} | {spread[k]:.4f} | "
            f"{theirs[:, k].std(ddof=1):.4f} | {verdict}{', clear of zero' if clear[k] else ''} |"
        )
    return "\n".join(rows)
