package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SeqTest {
    @Test
    @Attack(30)
    void shouldCompareAcrossTheWrap() {
        assertThat(Seq.lt(0xffffffff, 0)).isTrue();
        assertThat(Seq.gt(0, 0xffffffff)).isTrue();
        assertThat(Seq.lt(0x7fffffff, 0x80000000)).isTrue();
        assertThat(Seq.distance(0xfffffff0, 0x10)).isEqualTo(0x20);
        assertThat(Seq.add(0xfffffff0, 0x20)).isEqualTo(0x10);
        assertThat(Seq.max(0xffffffff, 5)).isEqualTo(5);
        assertThat(Seq.min(0xffffffff, 5)).isEqualTo(0xffffffff);
    }

    @Test
    @Attack(30)
    void shouldSayWhatLiesInAWindowThatWraps() {
        assertThat(Seq.within(0xfffffff0, 0xfffffff0, 0x10)).isTrue();
        assertThat(Seq.within(0, 0xfffffff0, 0x10)).isTrue();
        assertThat(Seq.within(0x10, 0xfffffff0, 0x10)).isFalse();
        assertThat(Seq.within(0xffffffef, 0xfffffff0, 0x10)).isFalse();
        assertThat(Seq.within(5, 5, 5)).isFalse();
    }

    @Test
    void shouldPrintWithoutSign() {
        assertThat(Seq.toString(0xffffffff)).isEqualTo("4294967295");
    }

    @Attack(30)
    @Property(seed = "5", tries = 1000)
    void shouldOrderWhatIsLessThanHalfTheSpaceApart(
            @ForAll int a, @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int ahead) {
        int b = Seq.add(a, ahead);

        assertThat(Seq.lt(a, b) && Seq.le(a, b) && Seq.gt(b, a) && Seq.ge(b, a)).isTrue();
        assertThat(Seq.lt(b, a) || Seq.le(b, a) || Seq.gt(a, b) || Seq.ge(a, b)).isFalse();
        assertThat(Seq.distance(a, b)).isEqualTo(ahead);
        assertThat(Seq.distance(b, a)).isEqualTo(-ahead);
        assertThat(Seq.max(a, b)).isEqualTo(Seq.max(b, a)).isEqualTo(b);
        assertThat(Seq.min(a, b)).isEqualTo(Seq.min(b, a)).isEqualTo(a);
        assertThat(Seq.within(a, a, b)).isTrue();
        assertThat(Seq.within(b, a, b)).isFalse();
    }

    @Property(seed = "6", tries = 200)
    void shouldTakeANumberForEqualToItself(@ForAll int a) {
        assertThat(Seq.le(a, a) && Seq.ge(a, a)).isTrue();
        assertThat(Seq.lt(a, a) || Seq.gt(a, a)).isFalse();
    }
}
