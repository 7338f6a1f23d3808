"""Three machine instructions that numba does not offer: an unaligned load and store, a prefetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    def load_u64(array: NDArray[np.uint8], at: int | np.integer[Any]) -> np.uint64:
        """Eight bytes of an array from `at` on as one little-endian number."""

    def store_u64(array: NDArray[np.uint8], at: int | np.integer[Any], word: np.uint64) -> None:
        """Write a number as eight little-endian bytes of an array, from `at` on."""

    def prefetch(array: NDArray[np.generic], at: int | np.integer[Any]) -> None:
        """Ask for the cache line of `array[at]` ahead of time."""

else:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
        view = context.make_array(kind)(context, builder, array)
        return cgutils.get_item_pointer(context, builder, kind, view, [at], wraparound=False)

    @intrinsic
    def load_u64(_typing: Any, array: Any, at: Any) -> Any:
        """Load with an alignment of one."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            at64 = context.cast(builder, args[1], signature.args[1], types.intp)
            place = _pointer(context, builder, signature.args[0], args[0], at64)
            word = builder.bitcast(place, ir.IntType(64).as_pointer())
            return builder.load(word, align=1)

        return types.uint64(array, at), codegen

    @intrinsic
    def store_u64(_typing: Any, array: Any, at: Any, word: Any) -> Any:
        """Store with an alignment of one."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            at64 = context.cast(builder, args[1], signature.args[1], types.intp)
            place = _pointer(context, builder, signature.args[0], args[0], at64)
            builder.store(args[2], builder.bitcast(place, ir.IntType(64).as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(array, at, word), codegen

    @intrinsic
    def prefetch(_typing: Any, array: Any, at: Any) -> Any:
        """Prefetch for reading, into the nearer caches."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            at64 = context.cast(builder, args[1], signature.args[1], types.intp)
            place = _pointer(context, builder, signature.args[0], args[0], at64)
            byte, i32 = ir.IntType(8).as_pointer(), ir.IntType(32)
            shape = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
            declared = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
            builder.call(declared, [builder.bitcast(place, byte), i32(0), i32(3), i32(1)])
            return context.get_dummy_value()

        return types.void(array, at), codegen


__all__ = ["load_u64", "prefetch", "store_u64"]
