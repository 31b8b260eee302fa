package io.fourtuple.api.socket;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Descriptors by number: the lowest free one is the next. They begin with 3, as those of a program that has its
 * standard streams. Thread-safe.
 */
final class DescriptorTable {
    /** The first number. */
    static final int FIRST = 3;

    private final int bound;
    private final BitSet taken = new BitSet();
    private long refused;
    private Descriptor[] descriptors = new Descriptor[16];

    /** A table of numbers below {@code bound}. */
    DescriptorTable(int bound) {
        this.bound = bound;
    }

    /**
     * Takes the lowest free number.
     *
     * @throws ErrnoException EMFILE
     */
    synchronized int add(Descriptor descriptor) {
        int fd = taken.nextClearBit(FIRST);
        if (fd >= bound) {
            refused++;
            throw new ErrnoException(Errno.EMFILE, "all " + bound + " descriptors are taken");
        }
        if (fd >= descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, Math.max(2 * descriptors.length, fd + 1));
        }
        taken.set(fd);
        descriptors[fd] = descriptor;
        return fd;
    }

    /**
     * The descriptor of this number.
     *
     * @throws ErrnoException EBADF
     */
    synchronized Descriptor get(int fd) {
        Descriptor found = fd >= 0 && fd < descriptors.length ? descriptors[fd] : null;
        if (found == null) {
            throw new ErrnoException(Errno.EBADF, "descriptor " + fd);
        }
        return found;
    }

    /**
     * Gives a number back.
     *
     * @throws ErrnoException EBADF
     */
    synchronized Descriptor remove(int fd) {
        Descriptor found = get(fd);
        descriptors[fd] = null;
        taken.clear(fd);
        return found;
    }

    /** All there are now, by number. */
    synchronized List<Descriptor> all() {
        return taken.stream().mapToObj(fd -> descriptors[fd]).toList();
    }

    /** How often all were taken. */
    synchronized long refused() {
        return refused;
    }

    /** How many there are. */
    synchronized int size() {
        return taken.cardinality();
    }
}
