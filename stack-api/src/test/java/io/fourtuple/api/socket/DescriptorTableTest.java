package io.fourtuple.api.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of descriptors, against a naive model. */
class DescriptorTableTest {
    private static final int BOUND = 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldGiveTheLowestFreeNumber(int seed) {
        Random random = new Random(seed);
        DescriptorTable table = new DescriptorTable(BOUND);
        Map<Integer, Descriptor> model = new TreeMap<>();
        for (int step = 0; step < 1000; step++) {
            int action = random.nextInt(61) - 30;
            if (action >= 0) { // add, whatever the number
                int lowest = DescriptorTable.FIRST;
                while (model.containsKey(lowest)) {
                    lowest++;
                }
                Epoll descriptor = new Epoll();
                if (lowest >= BOUND) {
                    TwoHosts.assertFails(Errno.EMFILE, () -> table.add(descriptor));
                } else {
                    assertThat(table.add(descriptor)).isEqualTo(lowest);
                    model.put(lowest, descriptor);
                }
            } else {
                int fd = -action;
                Descriptor known = model.remove(fd);
                if (known == null) {
                    TwoHosts.assertFails(Errno.EBADF, () -> table.remove(fd));
                } else {
                    assertThat(table.remove(fd)).isSameAs(known);
                }
            }
            assertThat(table.size()).isEqualTo(model.size());
            model.forEach((fd, descriptor) -> assertThat(table.get(fd)).isSameAs(descriptor));
        }
    }

    @Test
    void shouldKnowNoOtherNumbers() {
        DescriptorTable table = new DescriptorTable(BOUND);

        for (int fd : new int[] {-1, 0, 2, 3, 1000}) {
            TwoHosts.assertFails(Errno.EBADF, () -> table.get(fd));
        }
    }

    @Test
    void shouldTakeItsBoundFromTheStackAndLeaveAConnectionInItsQueueWhenThereIsNoNumber() {
        try (TwoHosts hosts = new TwoHosts(Personality.PLAIN, DescriptorTableTest::fewDescriptors)) {
            int listener = hosts.listen(5);
            hosts.connecting();
            hosts.pass();
            int filler = hosts.server.epollCreate1(0);
            TwoHosts.assertFails(Errno.EMFILE, () -> hosts.server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0));
            TwoHosts.assertFails(Errno.EMFILE, () -> hosts.server.epollCreate1(0));
            TwoHosts.assertFails(Errno.EMFILE, () -> hosts.server.accept(listener));

            assertThat(hosts.server.refusedDescriptors()).isEqualTo(3);
            hosts.server.close(filler);
            assertThat(hosts.server.accept(listener)).isEqualTo(filler);
        }
    }

    private static StackConfig fewDescriptors(StackConfig config) {
        return config.withLimits(config.limits().withDescriptors(5));
    }
}
