package dev.userservice.it;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * A statistical test that tells whether two samples, such as answer times, may come from one source, whatever its distribution
 * is.
 */
final class Ranks {
    private Ranks() {}

    /**
     * Returns the p-value of the two-sided Mann–Whitney U test, by its normal approximation, corrected for ties and for
     * continuity. It is the probability that two samples of one source differ at least as much as these. The test needs about ten
     * values in each sample.
     */
    static double pValue(double[] a, double[] b) {
        double[] all =
                DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).sorted().toArray();
        double n = all.length;
        double product = (double) a.length * b.length;
        double u = Arrays.stream(a).map(value -> rank(value, all)).sum() - a.length * (a.length + 1.0) / 2;
        double variance = product / 12 * (n + 1 - ties(all) / (n * (n - 1)));
        double distance = Math.max(0, Math.abs(u - product / 2) - 0.5);
        // The variance is zero only if all values are equal.
        return variance == 0 ? 1 : Math.min(1, erfc(distance / Math.sqrt(variance) / Math.sqrt(2)));
    }

    /** Returns the rank of a value, where the lowest rank is 1 and equal values share the mean of their ranks. */
    private static double rank(double value, double[] sorted) {
        return (bound(value, sorted, false) + bound(value, sorted, true) + 1) / 2.0;
    }

    /** Returns how many values are less than this one, or at most equal to it if {@code isInclusive} is true. */
    private static int bound(double value, double[] sorted, boolean isInclusive) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value || (isInclusive && sorted[middle] == value)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the sum of {@code t³ - t} over all groups of {@code t} equal values. */
    private static double ties(double[] sorted) {
        double sum = 0;
        for (int from = 0, to; from < sorted.length; from = to) {
            to = bound(sorted[from], sorted, true);
            double t = to - from;
            sum += t * t * t - t;
        }
        return sum;
    }

    /**
     * Returns the complementary error function of a number that is not negative, accurate to seven digits (Numerical Recipes,
     * 6.2).
     */
    private static double erfc(double x) {
        double[] coefficients = {
            -1.26551223,
            1.00002368,
            0.37409196,
            0.09678418,
            -0.18628806,
            0.27886807,
            -1.13520398,
            1.48851587,
            -0.82215223,
            0.17087277
        };
        double t = 1 / (1 + x / 2);
        double sum = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum * t + coefficients[i];
        }
        return t * Math.exp(-x * x + sum);
    }
}
