package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares our p-values with those of SciPy's {@code mannwhitneyu(a, b, method="asymptotic")}. */
final class RanksTest {
    @Test
    void withoutTies() {
        assertP(0.11134688653314041, new double[] {19, 22, 16, 29, 24}, new double[] {20, 11, 17, 12});
    }

    @Test
    void withTies() {
        assertP(0.062125620739433916, new double[] {1, 2, 2, 3, 4, 4, 5, 5, 6, 7}, new double[] {
            2, 3, 4, 5, 6, 7, 7, 8, 8, 9
        });
        assertP(0.5049850750938459, new double[] {1, 1, 1}, new double[] {1, 1, 2});
    }

    @Test
    void farApart() {
        double p = Ranks.pValue(from(1), from(51));
        assertEquals(1, p / 5.1105782352776827e-20, 1e-6);
    }

    @Test
    void theSameTwice() {
        assertP(1, from(1), from(1));
        assertP(1, new double[] {3, 3}, new double[] {3, 3, 3});
    }

    private static double[] from(int first) {
        return IntStream.range(first, first + 100).asDoubleStream().toArray();
    }

    private static void assertP(double expected, double[] a, double[] b) {
        assertEquals(expected, Ranks.pValue(a, b), 1e-6);
        assertEquals(expected, Ranks.pValue(b, a), 1e-6);
    }
}
