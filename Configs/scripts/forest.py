"""Trains a random forest on the handwritten digits of scikit-learn, for hpo: one trial a start.

Reports the accuracy of each fold, so that a poor trial can end early, and gives the mean of them as its result.
"""

import argparse
import json
import os

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, required=True)
parser.add_argument("--depth", type=int, required=True)
parser.add_argument("--features", type=float, required=True)
arguments = parser.parse_args()

samples, labels = load_digits(return_X_y=True)
seed = int(os.environ.get("HPO_SEED", "0"))
scores = []
for fold, (train, test) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(samples, labels)):
    model = RandomForestClassifier(
        arguments.trees, max_depth=arguments.depth, max_features=arguments.features, random_state=seed
    )
    model.fit(samples[train], labels[train])
    scores.append(model.score(samples[test], labels[test]))
    print(json.dumps({"step": fold, "value": sum(scores) / len(scores)}), flush=True)

nodes = sum(tree.tree_.node_count for tree in model.estimators_)
print(json.dumps({"value": sum(scores) / len(scores), "attributes": {"nodes": nodes}}))
