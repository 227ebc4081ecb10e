"""The edge and the wiring: the only folder that touches the network, the clock or the environment."""

__version__ = "0.1"
