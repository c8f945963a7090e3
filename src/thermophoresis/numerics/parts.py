"""How numba compiles functions that become part of those that call them.

By itself it makes machine code of each such function as of any other: it optimises it together
with all that it calls, and lets Python call it. Of a function that is three calls deep, that is
done four times, and thrown away three times. Here such a function stays as LLVM's code until a
function is compiled that it ends up in.
"""

import ctypes
from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

# Should Python call such a function, this raises a TypeError, since nobody inverts its bits.
_FAILS = ctypes.cast(ctypes.pythonapi.PyNumber_Invert, ctypes.c_void_p).value


class _Unfinished(JITCodeLibrary):
    """Code of a function with what it calls, which is only there to become part of others."""

    def _optimize_final_module(self) -> None:
        """Leave that to those which it becomes part of."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    """Write LLVM's code, and let others call it."""

    _name = "lowering_of_parts"

    def __init__(self) -> None:
        NativeLowering.__init__(self)

    def run_pass(self, state: Any) -> bool:
        state.library = _Unfinished(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        NativeLowering.run_pass(self, state)
        made = state["cr"]
        # What numba knows it by.
        module, name = made.fndesc.lookup_module(), made.fndesc.qualname
        known = _dynfunc.make_function(module, name, name, _FAILS, made.env, (state.library,))
        state.targetctx.insert_user_function(known, made.fndesc, [state.library])
        state["cr"] = made._replace(cfunc=known)
        return True


class Part(CompilerBase):
    """Compiler of functions that become part of others."""

    def define_pipelines(self) -> list[Any]:
        """Return the passes of numba's own compiler, but for the last steps."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (_Lowering if step is NativeLowering else step, text) for step, text in passes.passes
        ]
        passes.finalize()
        return [passes]
