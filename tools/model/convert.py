# SPDX-License-Identifier: GPL-2.0
"""From a model of XGBoost, as its JSON, to one of Vigil's.

XGBoost goes left if the number, as float32, is less than the node's condition. For
integers that is the same as "not above T" with T the largest integer that goes left;
float32() of integers never descends, so T is found by halving.
"""

import math

import numpy as np

import vgm


def threshold_of(condition):
    """The largest integer that XGBoost sends left; the smallest of all if none is."""
    condition = np.float32(condition)
    low, high = vgm.S32_MIN, vgm.S32_MAX
    while low < high:
        middle = (low + high + 1) >> 1
        if np.float32(middle) < condition:
            low = middle
        else:
            high = middle - 1
    return low


def q(value, bits):
    """Fixed point, rounded to the nearest."""
    fixed = round(float(value) * (1 << bits))
    if not vgm.S32_MIN <= fixed <= vgm.S32_MAX:
        raise vgm.BadModel(f"{value} is too large")
    return fixed


class _Source:
    """A tree as XGBoost writes it."""

    def __init__(self, tree):
        if any(tree["split_type"]):
            raise vgm.BadModel("categories are not supported")
        self.left, self.right = tree["left_children"], tree["right_children"]
        self.condition = tree["split_conditions"]
        self.feature, self.default_left = tree["split_indices"], tree["default_left"]
        self.cover = tree["sum_hessian"]
        self.value = [0.0] * len(self.left)
        self.depth = self.measure(0)

    def measure(self, node):
        """Fill in values of nodes, means by cover of the leaves below; the depth."""
        if self.left[node] < 0:
            self.value[node] = self.condition[node]
            return 0
        children = self.left[node], self.right[node]
        depth = 1 + max(self.measure(child) for child in children)
        cover = [self.cover[child] for child in children]
        self.value[node] = float(np.average([self.value[child] for child in children],
                                            weights=cover if sum(cover) > 0 else None))
        return depth


def _fill(source, node, tree, place, parent):
    """Put a node of XGBoost's, and all below it, at a place of the perfect tree."""
    if place >= len(tree.nodes):
        tree.leaves[place - len(tree.nodes)] = q(source.value[node], 24)
        return
    value_q12 = min(max(q(source.value[node], 12), -1 << 15), (1 << 15) - 1)
    if source.left[node] < 0:
        tree.nodes[place] = vgm.S32_MAX, parent, value_q12
        children = node, node
    else:
        parent = source.feature[node]
        way = 0 if source.default_left[node] else vgm.MISSING_RIGHT
        tree.nodes[place] = threshold_of(source.condition[node]), parent | way, value_q12
        children = source.left[node], source.right[node]
    for side, child in enumerate(children):
        _fill(source, child, tree, 2 * place + 1 + side, parent)


def tree_of(xgboost_tree):
    """A perfect tree that decides as the given one; a lone leaf becomes depth 1."""
    source = _Source(xgboost_tree)
    depth = max(source.depth, 1)
    if depth > vgm.DEPTH_MAX:
        raise vgm.BadModel(f"a tree of depth {depth}; {vgm.DEPTH_MAX} allowed")
    tree = vgm.Tree(np.zeros((1 << depth) - 1, vgm.NODE), np.zeros(1 << depth, "<i4"))
    _fill(source, 0, tree, 0, 0)
    return tree


def margin_of(probability):
    return math.log(probability / (1 - probability))


def forest_of(document):
    """(base_q24, trees) of a classifier with two classes."""
    try:
        learner = document["learner"]
        booster = learner["gradient_booster"]
        objective, kind = learner["objective"]["name"], booster["name"]
        base = float(learner["learner_model_param"]["base_score"])
        if objective != "binary:logistic" or kind != "gbtree":
            raise vgm.BadModel(f"{kind} for {objective}; only gbtree for binary:logistic is known")
        return q(margin_of(base), 24), [tree_of(tree) for tree in booster["model"]["trees"]]
    except (KeyError, TypeError, IndexError) as error:
        raise vgm.BadModel("not a model of XGBoost") from error
