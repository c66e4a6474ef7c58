package dev.userservice.bench;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** A figure of ours divided by theirs, with a 95 % interval. */
record Ratio(double value, double low, double high) {
    /** Holds Student's t for 95 %, two-sided, by degrees of freedom from 1. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042
    };

    /** Returns the geometric mean of the rounds' ratios, and its t-interval. */
    static Ratio ofPairs(double[] ratios) {
        double[] logs = Arrays.stream(ratios).map(Math::log).toArray();
        double mean = Arrays.stream(logs).average().orElseThrow();
        int freedom = logs.length - 1;
        double variance = Arrays.stream(logs).map(x -> (x - mean) * (x - mean)).sum() / freedom;
        double half = T[Math.min(freedom, T.length) - 1] * Math.sqrt(variance / logs.length);
        return new Ratio(Math.exp(mean), Math.exp(mean - half), Math.exp(mean + half));
    }

    /**
     * Returns a ratio of all rounds together. Its interval comes from drawing the same number of rounds again and again, with repetition.
     */
    static Ratio bootstrap(int rounds, ToDoubleFunction<int[]> ratio) {
        int[] all = new int[rounds];
        Arrays.setAll(all, i -> i);
        Random random = new Random(1);
        double[] drawn = new double[1000];
        Arrays.setAll(
                drawn, i -> ratio.applyAsDouble(random.ints(rounds, 0, rounds).toArray()));
        Arrays.sort(drawn);
        return new Ratio(
                ratio.applyAsDouble(all), drawn[(int) (drawn.length * 0.025)], drawn[(int) (drawn.length * 0.975)]);
    }

    @Override
    public String toString() {
        return String.format("%.3f (%.3f–%.3f)", value, low, high);
    }
}
