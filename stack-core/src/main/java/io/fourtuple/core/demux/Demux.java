package io.fourtuple.core.demux;

import io.fourtuple.core.tcp.SipHash;
import io.fourtuple.core.wire.FourTuple;
import java.util.ConcurrentModificationException;
import java.util.function.Consumer;

/**
 * Finds the owner of a segment by its 4-tuple.
 *
 * <p>A hash table with open addressing: two parallel arrays, one with the hash of each entry and one with the entry,
 * and linear probing. At most half of the slots are taken, so a look-up reads one or two neighbouring slots on average,
 * with 10 entries as with 1,000,000. The hash is keyed (SipHash-1-3): without the key nobody can choose tuples that
 * collide.
 *
 * <p>Removal closes the gap by moving later entries of the run back, so nothing remains to be skipped by later look-ups
 * (Knuth, The Art of Computer Programming, volume 3, §6.4, algorithm R).
 *
 * <p>Confined to one thread. Nothing is allocated but the two arrays when they grow or shrink.
 *
 * @param <E> the owners
 */
public final class Demux<E extends Demux.Entry> {
    /** Something that owns a 4-tuple. */
    public interface Entry {
        /** Its tuple: the same one as long as it is in the table. */
        FourTuple tuple();
    }

    private static final int SMALLEST_CAPACITY = 16;
    private static final int LARGEST_CAPACITY = 1 << 30;

    private final SipHash hash;
    private int[] hashes;
    private Entry[] entries;
    private int size;
    private int changes;

    /** An empty table, keyed with random bits that no stranger knows. */
    public Demux(long hashKey) {
        hash = SipHash.of13(hashKey, Long.rotateLeft(hashKey, 32) ^ 0x9e37_79b9_7f4a_7c15L);
        hashes = new int[SMALLEST_CAPACITY];
        entries = new Entry[SMALLEST_CAPACITY];
    }

    /** The entry with this tuple, or null. */
    public E find(FourTuple tuple) {
        return cast(entries[slotOf(tuple, hashOf(tuple))]);
    }

    /** Enters {@code entry}, in place of the one with the same tuple if there is one. */
    public void put(E entry) {
        FourTuple tuple = entry.tuple();
        int h = hashOf(tuple);
        int slot = slotOf(tuple, h);
        if (entries[slot] == null) {
            if (size >= entries.length / 2) {
                resize(entries.length * 2);
                slot = slotOf(tuple, h);
            }
            size++;
        }
        changes++;
        hashes[slot] = h;
        entries[slot] = entry;
    }

    /**
     * Takes out this very entry.
     *
     * @return false when it was not in the table, or another one has taken its place
     */
    public boolean remove(E entry) {
        FourTuple tuple = entry.tuple();
        int slot = slotOf(tuple, hashOf(tuple));
        if (entries[slot] != entry) {
            return false;
        }
        changes++;
        size--;
        closeGap(slot);
        if (size < entries.length / 16 && entries.length > SMALLEST_CAPACITY) {
            resize(entries.length / 4);
        }
        return true;
    }

    /** How many entries there are. */
    public int size() {
        return size;
    }

    /**
     * Calls {@code action} with each entry, in an order that depends on the key and on the history.
     *
     * @throws ConcurrentModificationException when {@code action} changes the table
     */
    public void forEach(Consumer<E> action) {
        int before = changes;
        for (Entry entry : entries) {
            if (entry != null) {
                action.accept(cast(entry));
                if (changes != before) {
                    throw new ConcurrentModificationException("collect the entries first, then change the table");
                }
            }
        }
    }

    /** The most slots any present entry needs to be found. */
    int longestProbe() {
        int longest = 0;
        int mask = entries.length - 1;
        for (int slot = 0; slot < entries.length; slot++) {
            if (entries[slot] != null) {
                longest = Math.max(longest, (slot - hashes[slot] & mask) + 1);
            }
        }
        return longest;
    }

    private int hashOf(FourTuple tuple) {
        return (int) hash.hash(tuple);
    }

    /** The slot of the entry with this tuple, else the free slot where it would go. */
    private int slotOf(FourTuple tuple, int h) {
        int mask = entries.length - 1;
        int slot = h & mask;
        while (entries[slot] != null && !(hashes[slot] == h && entries[slot].tuple().equals(tuple))) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void closeGap(int gap) {
        int mask = entries.length - 1;
        int slot = gap;
        while (true) {
            slot = slot + 1 & mask;
            if (entries[slot] == null) {
                break;
            }
            int home = hashes[slot] & mask;
            // An entry may move back to the gap unless its home lies behind the gap, cyclically.
            if ((slot - home & mask) >= (slot - gap & mask)) {
                hashes[gap] = hashes[slot];
                entries[gap] = entries[slot];
                gap = slot;
            }
        }
        entries[gap] = null;
    }

    private void resize(int capacity) {
        if (capacity > LARGEST_CAPACITY) {
            throw new IllegalStateException("more than " + LARGEST_CAPACITY / 2 + " connections in one table");
        }
        int[] oldHashes = hashes;
        Entry[] oldEntries = entries;
        hashes = new int[capacity];
        entries = new Entry[capacity];
        int mask = capacity - 1;
        for (int i = 0; i < oldEntries.length; i++) {
            if (oldEntries[i] != null) {
                int slot = oldHashes[i] & mask;
                while (entries[slot] != null) {
                    slot = slot + 1 & mask;
                }
                hashes[slot] = oldHashes[i];
                entries[slot] = oldEntries[i];
            }
        }
    }

    @SuppressWarnings("unchecked") // only E goes in
    private E cast(Entry entry) {
        return (E) entry;
    }
}
