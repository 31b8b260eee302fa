package io.fourtuple.packetdrill.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Functions of the C library that are system calls, by their names. Slow, for a tester. Confined to one thread. */
@SuppressWarnings("restricted")
public final class KernelCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final Map<String, MethodHandle> handles = new TreeMap<>();
    private final MemorySegment state;

    /** Calls that put errno into memory of {@code arena}. */
    public KernelCalls(Arena arena) {
        state = arena.allocate(STATE);
    }

    /**
     * Makes a call that returns a number.
     *
     * @param arguments of type Integer, Long and MemorySegment, always the same types for the same name
     * @return what it returns, or {@code -errno}
     */
    public long call(String name, Object... arguments) {
        MethodHandle handle = handles.computeIfAbsent(name, key -> handle(key, arguments));
        List<Object> all = new ArrayList<>(List.of(state));
        all.addAll(List.of(arguments));
        try {
            int returned = (int) handle.invokeWithArguments(all);
            return returned >= 0 ? returned : -state.get(JAVA_INT, ERRNO);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** All of them return an int, or a number of octets that fits into one. */
    private static MethodHandle handle(String name, Object... arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = switch (arguments[i]) {
                case Integer _ -> JAVA_INT;
                case Long _ -> JAVA_LONG;
                case MemorySegment _ -> ADDRESS;
                default -> throw new IllegalArgumentException("no argument of a system call: " + arguments[i]);
            };
        }
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, layouts), Linker.Option.captureCallState("errno"));
    }
}
