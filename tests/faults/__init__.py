"""Faults of machines, databases and networks: ``make faults``, outside the ordinary suite.

``QUICK=1`` is a short form: fewer kills, shorter runs, limits on time tripled.
"""
