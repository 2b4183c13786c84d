#!/usr/bin/env python3
"""Writes diabetes.csv.gz: the diabetes data of Efron et al. 2004 as a CSV file in the units they were measured in, by gzip.

Run with a Python that has scikit-learn: python Sources/CDatasets/Diabetes/pack_diabetes.py
"""

import gzip
import pathlib

from sklearn.datasets import load_diabetes

COLUMNS = ["age", "sex", "bmi", "bloodPressure", "s1", "s2", "s3", "s4", "s5", "s6", "progression"]


def main():
    data = load_diabetes(scaled=False)
    lines = [",".join(COLUMNS)]
    for row, target in zip(data.data, data.target):
        lines.append(",".join(f"{value:.10g}" for value in [*row, target]))
    text = "\n".join(lines) + "\n"
    path = pathlib.Path(__file__).with_name("diabetes.csv.gz")
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(lines) - 1} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
