"""The interfaces of `buildbot.interfaces`: what is asked of them is answered by class, for the package declares nothing."""

from zope.interface import Interface

from buildbot._record import Recorded

#: Interface to the classes whose instances provide it.
_PROVIDERS = {
    'IBuildStep': {'buildbot.process.buildstep.BuildStep'},
    'IBuildStepFactory': {'buildbot.process.buildstep.BuildStep'},
    'IChangeSource': {'buildbot.changes.base.ChangeSource'},
    'IConfigurator': {'buildbot.configurators.ConfiguratorBase'},
    'IEmailLookup': {'buildbot.reporters.mail.Domain'},
    'ILatentMachine': {'buildbot.machine.latent.AbstractLatentMachine'},
    'ILatentWorker': {'buildbot.worker.latent.AbstractLatentWorker'},
    'IMachine': {'buildbot.machine.base.Machine'},
    'IScheduler': {'buildbot.schedulers.base.BaseScheduler', 'buildbot.schedulers.base.ReconfigurableBaseScheduler'},
    'ITriggerableScheduler': {'buildbot.schedulers.triggerable.Triggerable',
                              'buildbot.schedulers.timed.NightlyTriggerable'},
    'IWorker': {'buildbot.worker.base.AbstractWorker'},
}


def _provides(name, cls):
    if name == 'IRenderable':
        return hasattr(cls, 'getRenderingFor')
    if name == 'IProperties':
        return hasattr(cls, 'getProperty') and hasattr(cls, 'setProperty')
    if name == 'IReportGenerator':
        return issubclass(cls, Recorded) and any(
            base.__dict__.get('_dotted', '').startswith('buildbot.reporters.generators.') for base in cls.__mro__)
    return any(base.__dict__.get('_dotted') in _PROVIDERS.get(name, ()) for base in cls.__mro__)


class _Interface(type(Interface)):
    """An interface that also knows the classes of this package."""

    def providedBy(self, instance):
        """Whether an object provides it."""
        return _provides(self.__name__, type(instance)) or super().providedBy(instance)

    def implementedBy(self, cls):
        """Whether the instances of a class provide it."""
        return _provides(self.__name__, cls) or super().implementedBy(cls)


def make(module, name):
    """An interface."""
    return _Interface(name, (Interface,), {'__module__': module})
