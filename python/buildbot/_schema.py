"""Generated from the master's descriptions of its classes: dotted name to (base, signature, renderable parameters, doc)."""

CLASSES = {}
