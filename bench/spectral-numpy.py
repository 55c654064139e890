"""NumPy controls of bench/spectral.ts, one thread: the published formulas as NumPy users write them.
Arguments: chip .bil, target .csv, method, repetitions. Prints JSON: CPU milliseconds of each repetition, peak memory
in MB, and the result of the last column (amounts or statistic in order of lines; for shrinkage the alpha)."""
import json
import resource
import sys
import time

import numpy as np

LINES, BANDS, COLUMNS = 1242, 72, 32
path, target_path, method, repetitions = sys.argv[1:5]
tau = np.loadtxt(target_path, delimiter=",", skiprows=1)[:, 2]
cube = np.fromfile(path, dtype="<f4").reshape(LINES, BANDS, COLUMNS)


def matched_filter(x):
    mean = x.mean(axis=0)
    d = x - mean
    covariance = d.T @ d / len(x)
    target = tau * mean
    weights = np.linalg.solve(covariance, target)
    score, information = d @ weights, target @ weights
    if method == "cmf":
        return score / information * 1e5
    distance = np.einsum("ij,ij->i", d, np.linalg.solve(covariance, d.T).T)
    return score * np.abs(score) / (information * distance)


def mag1c(x):
    mean = x.mean(axis=0)
    albedo = x @ mean / (mean @ mean)
    target = tau * mean
    d = x - mean
    weights = np.linalg.solve(d.T @ d / len(x), target)
    m = np.maximum(0, d @ weights / (albedo * (target @ weights)))
    for _ in range(30):
        penalty = 1 / (albedo * (m + 1e-9))
        changed = x - np.outer(albedo * m, target)
        mean = changed.mean(axis=0)
        target = tau * mean
        d = changed - mean
        weights = np.linalg.solve(d.T @ d / len(x), target)
        m = np.maximum(0, ((x - mean) @ weights - penalty) / (albedo * max(1, target @ weights)))
    return m * 1e5


def shrinkage(x):
    alphas = 10.0 ** (-10 + 0.05 * np.arange(201))
    n, bands = x.shape
    scaled = x * 100
    covariance = np.cov(scaled.T)
    diagonal = np.diag(np.diag(covariance))
    nll = np.full(len(alphas), np.inf)
    for k, alpha in enumerate(alphas):
        beta = (1 - alpha) / (n - 1)
        g = n * beta * covariance + alpha * diagonal
        r = (scaled @ np.linalg.inv(g) * scaled).sum(axis=1)
        q = 1 - beta * r
        nll[k] = 0.5 * (bands * np.log(2 * np.pi) + np.linalg.slogdet(g)[1]) + (np.log(q) + r / q).sum() / (2 * n)
    return [float(alphas[np.argmin(nll)])]


run = {"cmf": matched_filter, "ace": matched_filter, "mag1c": mag1c, "loo": shrinkage}[method]
columns = range(1) if method == "loo" else range(COLUMNS)
times = []
for _ in range(int(repetitions)):
    started = time.process_time()
    for column in columns:
        result = run(cube[:, :, column].astype(np.float64))
    times.append((time.process_time() - started) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu_ms": times, "peak_MB": peak, "result": list(map(float, result))}))
