"""Base classes of protocols; nothing connects them."""


class BaseProtocol:
    """A protocol."""

    connected = 0
    transport = None

    def makeConnection(self, transport):
        """It is connected."""
        self.connected = 1
        self.transport = transport
        self.connectionMade()

    def connectionMade(self):
        """It is connected."""


class Protocol(BaseProtocol):
    """A protocol of a connection."""

    factory = None

    def dataReceived(self, data):
        """Data came."""

    def connectionLost(self, reason=None):
        """The connection is gone."""


class ProcessProtocol(BaseProtocol):
    """A protocol of a program."""

    def childDataReceived(self, childFD, data):
        """It wrote something."""
        if childFD == 1:
            self.outReceived(data)
        elif childFD == 2:
            self.errReceived(data)

    def outReceived(self, data):
        """It wrote something."""

    def errReceived(self, data):
        """It complained."""

    def processExited(self, reason):
        """It ended."""

    def processEnded(self, reason):
        """It ended, and all is read."""


class Factory:
    """Makes protocols."""

    protocol = None

    def buildProtocol(self, addr):
        """One more."""
        made = self.protocol()
        made.factory = self
        return made


class ServerFactory(Factory):
    """For those who connect."""


class ClientFactory(Factory):
    """For those to connect to."""


class ReconnectingClientFactory(ClientFactory):
    """For those to connect to, again and again."""


class DatagramProtocol(BaseProtocol):
    """A protocol of datagrams."""
