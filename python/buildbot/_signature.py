"""What parameters a class has: from `_schema`, which the master's own descriptions make, else from `_pending`."""

from buildbot import _errors

_VARARGS, _VARKEYWORDS = 0x04, 0x08


class Signature:
    """The parameters of one class."""

    __slots__ = ('positional', 'defaults', 'names', 'open', 'renderables')

    def __init__(self, positional, defaults, names, is_open, renderables):
        self.positional = positional      # in their order
        self.defaults = defaults          # of those that have one
        self.names = names                # all
        self.open = is_open               # whether any other keyword is taken, too
        self.renderables = renderables    # those that may hold a renderable

    def bind(self, owner, args, kwargs):
        """`kwargs` with the positional arguments under their names."""
        class_name = type(owner).__name__
        if len(args) > len(self.positional):
            if self.open and not self.positional:
                owner._extra = dict(enumerate(args))
                return kwargs
            known = ', '.join(self.positional) or 'none'
            _errors.error(f'{class_name} takes at most {len(self.positional)} positional argument(s) ({known}), '
                          f'but {len(args)} were given', owner._place)
        for name, value in zip(self.positional, args):
            if name in kwargs:
                _errors.error(f"{class_name} got multiple values for argument '{name}'", owner._place)
            kwargs[name] = value
        return kwargs


#: Of a class of which nothing is known: takes everything.
ANYTHING = Signature((), {}, frozenset(), True, ())


def _parse(text, renderables, groups):
    function = eval(f'lambda {text}: 0', {'__builtins__': {}})
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    positional = names[:code.co_argcount]
    values = function.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(values):], values))
    defaults.update(function.__kwdefaults__ or {})
    known = set(names[:count])
    is_open = False
    if code.co_flags & _VARKEYWORDS:
        group = names[count + (1 if code.co_flags & _VARARGS else 0)]
        if group in groups:
            more = _parse(f'*, {groups[group]}', (), ())
            defaults = {**more.defaults, **defaults}
            known |= more.names
        else:
            is_open = True
    return Signature(positional, defaults, frozenset(known), is_open, tuple(renderables.split()) if renderables else ())


def lookup(dotted):
    """The signature of a class of this package, or None when neither table has it."""
    from buildbot import _schema
    from buildbot import _pending
    described = _schema.CLASSES.get(dotted)
    if described is not None:
        _base, text, renderables, _doc = described
        signature = _parse(text, renderables, ())
        # The master leaves it to a step how it is called when the configuration does not say.
        if dotted in _pending.NAMES:
            signature.defaults['name'] = _pending.NAMES[dotted]
        return signature
    text = _pending.SIGNATURES.get(dotted)
    return None if text is None else _parse(text, _pending.RENDERABLES.get(dotted), _pending.GROUPS)


def of_class(cls):
    """The signature of a class of this package or of a user's subclass, remembered in the class."""
    found = cls.__dict__.get('_sig')
    if found is None:
        for base in cls.__mro__:
            dotted = base.__dict__.get('_dotted')
            found = base.__dict__.get('_sig') or (lookup(dotted) if dotted else None)
            if found is not None:
                break
        else:
            found = ANYTHING
        cls._sig = found
    return found
