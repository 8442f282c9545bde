"""Lets tools that still look for ``setup.py`` find the project; every setting is in ``pyproject.toml``."""

from setuptools import setup

setup()
