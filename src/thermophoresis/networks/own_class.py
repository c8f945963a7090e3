"""Loads a user's own class of networks and makes objects of it, under a random stream or none.

A network that is made under a stream is a function of that stream alone: whatever its constructor
draws, from torch, numpy or `random`, the state of these is made from the stream, and is afterwards
what it was before.
"""

import importlib
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from thermophoresis.config.networks.module import ModuleNetwork
from thermophoresis.config.own_code import beside
from thermophoresis.errors import UserError


class OwnClass:
    """A user's own class of networks, with the arguments that it is called with.

    Parameters
    ----------
    settings
        Where it is, its name, and the arguments.

    Raises
    ------
    UserError
        The file cannot be loaded, or has no such class of networks.
    """

    def __init__(self, settings: ModuleNetwork):
        self._folder = str(Path(settings.file).resolve().parent)
        self._title = f"network {settings.name} of {settings.file}"
        self._arguments: Mapping[str, Any] = settings.arguments
        with self.named("cannot be loaded"), self.importing():
            module = _load(settings.file)
        found = getattr(module, settings.name, None)
        if not (isinstance(found, type) and issubclass(found, nn.Module)):
            raise self.refused(f"is {found!r}; must be a class derived from torch.nn.Module")
        self._class: Callable[..., nn.Module] = found

    def refused(self, why: str) -> UserError:
        """Return the error that says why the network cannot be used."""
        return UserError(f"{self._title}: {why}")

    @contextmanager
    def named(self, what: str) -> Iterator[None]:
        """Turn what the user's code raises into one line that names the class.

        Parameters
        ----------
        what
            What was tried: "cannot be …".
        """
        try:
            yield
        except UserError:
            raise
        except Exception as error:
            words = str(error).strip().partition("\n")[0]
            raise self.refused(f"{what}: {type(error).__name__}: {words}") from error

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Let what is imported be found beside the file; nothing is written there."""
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        sys.path.insert(0, self._folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(self._folder)
            sys.dont_write_bytecode = writes

    def make(self, stream: torch.Generator, dtype: torch.dtype) -> nn.Module:
        """Return a network as its constructor draws it.

        Parameters
        ----------
        stream
            What its parameters are drawn from; it is left as it was.
        dtype
            Floating-point type of what the constructor makes without saying of which type.

        Raises
        ------
        UserError
            The constructor fails.
        """
        with self.named("cannot be made"), self.importing(), drawing_from(stream, dtype):
            return self._class(**self._arguments)


def _load(file: str) -> ModuleType:
    """Run a file, with what it imports from beside it, all of them anew."""
    for name in beside(file):
        sys.modules.pop(name, None)
    name = Path(file).stem
    spec = importlib.util.spec_from_file_location(name, Path(file).resolve())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def drawing_from(stream: torch.Generator, dtype: torch.dtype) -> Iterator[None]:
    """Let global random numbers be those of a stream, and new tensors be of a type, for a while."""
    before = random.getstate(), np.random.get_state(), torch.get_default_dtype()
    copy = torch.Generator()
    copy.set_state(stream.get_state())
    word = int(torch.randint(2**32, (), generator=copy))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(stream.get_state())
            torch.set_default_dtype(dtype)
            random.seed(word)
            np.random.seed(word)
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_default_dtype(before[2])
