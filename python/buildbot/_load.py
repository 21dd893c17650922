"""Runs a configuration file and answers with the document and all faults found."""

import gc
import os
import sys
import traceback

from buildbot import _document, _errors, _place


def load(file, basedir):
    """`(document, errors, warnings)`; the document is None when the file could not be run to its end."""
    _errors.start()
    # The objects of a configuration stay: looking for garbage among them only takes time.
    gc.disable()
    try:
        config = _run(file, basedir)
    finally:
        gc.enable()
        gc.freeze()
        errors, warnings = _errors.stop()
    return config, _listed(errors), _listed(warnings)


def _listed(faults):
    seen = []
    for message, file, line in faults:
        fault = {'message': message, 'file': file, 'line': line}
        if fault not in seen:
            seen.append(fault)
    return seen


def _run(file, basedir):
    file = os.path.abspath(file)
    if not os.path.isfile(file):
        reason = 'is a directory' if os.path.isdir(file) else 'does not exist'
        _errors.error(f"configuration file '{file}' {reason}", (file, 0))
        return None
    names = {'basedir': os.path.expanduser(basedir), '__file__': file}
    if basedir not in sys.path:
        sys.path.append(basedir)
    try:
        with open(file, 'rb') as stream:
            source = stream.read()
        exec(compile(source, file, 'exec', dont_inherit=True), names)
    except SyntaxError as error:
        _errors.error(f'{type(error).__name__}: {error.msg}', (error.filename or file, error.lineno or 0))
        return None
    except _config_errors() as error:
        place = _place_of(error, file, basedir)
        for message in error.errors:
            _errors.error(message, place)
        return None
    except OSError as error:
        if error.__traceback__.tb_next is None:
            _errors.error(f"unable to read configuration file '{file}': {error.strerror}", (file, 0))
        else:
            _failed(error, file, basedir)
        return None
    except Exception as error:
        _failed(error, file, basedir)
        return None
    except SystemExit as error:
        _errors.error(f'the configuration called sys.exit({error.code!r})', _place_of(error, file, basedir))
        return None
    return _checked(names, file)


def _checked(names, file):
    config = names.get('BuildmasterConfig')
    if config is None:
        _errors.error(f"configuration file '{file}' does not define 'BuildmasterConfig'", (file, 0))
        return None
    if not isinstance(config, dict):
        _errors.error(f"'BuildmasterConfig' must be a dictionary, not {type(config).__name__}", (file, 0))
        return None
    return config


def _config_errors():
    from buildbot.config.errors import ConfigErrors
    return ConfigErrors


def _failed(error, file, basedir):
    """Any other exception: one fault; the traceback goes to the log."""
    _errors.error(f'{type(error).__name__}: {error}', _place_of(error, file, basedir))
    shown = traceback.format_exception(type(error), error, _without_this_file(error.__traceback__))
    print(''.join(shown), file=sys.stderr, end='')


def _without_this_file(trace):
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_place.PACKAGE):
        trace = trace.tb_next
    return trace


def _place_of(error, file, basedir):
    """The innermost line of the user's own files, else the innermost that is not this package's."""
    own, other = None, ('', 0)
    directory = os.path.dirname(file) + os.sep
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith((directory, basedir.rstrip(os.sep) + os.sep)) and 'site-packages' not in name:
            own = name, trace.tb_lineno
        elif not name.startswith(_place.PACKAGE):
            other = name, trace.tb_lineno
        trace = trace.tb_next
    return own or other


def answer(file, basedir):
    """The result of the request `load`, as bytes."""
    config, errors, warnings = load(file, basedir)
    document = b'\xc0'
    if config is not None:
        try:
            document = _document.write_loaded(config)
        except _document.Unwritable as error:
            errors.append({'message': str(error), 'file': os.path.abspath(file), 'line': 0})
        except Exception as error:
            # An object of the configuration that cannot even be looked at.
            traceback.print_exc()
            message = f'the configuration cannot be read: {type(error).__name__}: {error}'
            errors.append({'message': message, 'file': os.path.abspath(file), 'line': 0})
    rest = _document.write({'errors': errors, 'warnings': warnings})
    # One map of three entries: the rest has two of them.
    return b'\x83\xa6config' + document + rest[1:]
