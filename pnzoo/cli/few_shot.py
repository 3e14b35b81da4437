"""`pnzoo classify`: name pictures after a folder of examples."""

import json
import sys
import warnings

from pnzoo.cli import options as checks
from pnzoo.cli.zoo import checked_name

DEFAULT_MODEL = "matching_photo"
NONE = "none of these"
NEAREST = 3  # support images that are shown for a picture


def add_commands(commands):
    """Add `classify` to the parser."""
    command = commands.add_parser("classify", help="name pictures after a few examples of each class")
    command.add_argument("support", help="a folder that holds a folder of pictures for each class, or a file of --save")
    command.add_argument("pictures", nargs="*", help="files to name")
    command.add_argument("--model", help=f"a few-shot model of the zoo, or a folder ({DEFAULT_MODEL})")
    command.add_argument("--save", metavar="FILE.npz", help="keep what was learned from the folder")
    command.add_argument("--skip-broken", action="store_true", help="go on without files that cannot be read")
    command.add_argument("--none-of-these", action="store_true", help="say so where a picture is like no class")
    command.add_argument("--top", type=checks.whole_number(1), default=1, metavar="N", help="classes a picture (1)")
    command.add_argument("--json", action="store_true", help="all probabilities and the nearest examples as JSON")
    command.set_defaults(run=classify)


def classify(options):
    """Fit or load, and print a line for each picture."""
    if not options.pictures and not options.save:
        raise ValueError("no pictures to name; give files, or --save FILE.npz to keep what the folder teaches")
    classifier = _classifier(options)
    if options.save:
        classifier.save(options.save)
    named = _named(classifier, options.pictures) if options.pictures else []
    if options.json:
        model = options.model or (None if _is_saved(options.support) else DEFAULT_MODEL)
        print(json.dumps({"model": model, "classes": classifier.classes_.tolist(), "pictures": named}, indent=1))
        return 0
    for picture in named:
        best = sorted(picture["probabilities"].items(), key=lambda item: -item[1])[: options.top]
        if picture["rejected"]:
            best = [(NONE, picture.get("none_of_these", 1.0)), *best[: options.top - 1]]
        print("\t".join([picture["file"], *(f"{label}\t{100 * p:.1f} %" for label, p in best)]))
    return 0


def _classifier(options):
    from pnzoo.data.photo_folder import read_photo_folder
    from pnzoo.few_shot.classifier import FewShotClassifier

    model = checked_name(options.model) if options.model else None
    reject = {"reject": "auto", "none_label": NONE} if options.none_of_these else {}
    if _is_saved(options.support):
        return FewShotClassifier.load(options.support, model, **reject)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        found = read_photo_folder(options.support, broken="skip" if options.skip_broken else "raise")
    for warning in caught:
        print(f"pnzoo: {warning.message}", file=sys.stderr)
    for path, reason in found.broken.items():
        print(f"pnzoo: skipped {path}: {reason}", file=sys.stderr)
    return FewShotClassifier(model or DEFAULT_MODEL, **reject).fit(found.paths, found.labels)


def _named(classifier, pictures):
    """A dict for each picture: file, label, confidence, probabilities, and what else there is to say.

    `rejected` says that it is none of the classes; `none_of_these`, of a calibrated classifier, how probable that is,
    were it so of one picture in two; `nearest` are the nearest examples.
    """
    import numpy as np  # not for `pnzoo list`

    labels, probabilities = classifier.predict(pictures), np.round(classifier.predict_proba(pictures), 6)
    confidence, classes = classifier.confidence(pictures), [str(label) for label in classifier.classes_]
    rejected = confidence < (-np.inf if classifier.threshold_ is None else classifier.threshold_)
    none = classifier.predict_proba(pictures, none=True)[:, -1] if classifier.reject == "auto" else None
    attention = classifier.attention(pictures) if hasattr(classifier.model_, "attend") else None
    named = []
    for i, file in enumerate(pictures):
        label = NONE if rejected[i] else str(labels[i])
        one = {"file": file, "label": label, "rejected": bool(rejected[i])}
        one["confidence"] = round(float(confidence[i]), 6)
        if none is not None:
            one["none_of_these"] = round(float(none[i]), 6)
        one["probabilities"] = dict(zip(classes, probabilities[i].tolist(), strict=True))
        if attention is not None:
            one["nearest"] = _nearest(classifier, attention[i])
        named.append(one)
    return named


def _nearest(classifier, attention):
    names = classifier.support_ if classifier.support_.ndim == 1 else range(len(attention))
    labels, order = classifier.support_labels_, (-attention).argsort(kind="stable")[:NEAREST]
    weights = attention.round(6).tolist()
    return [{"example": str(names[i]), "label": str(labels[i]), "attention": weights[i]} for i in order]


def _is_saved(path):
    return path.lower().endswith(".npz")
