package dev.userservice.ratelimit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * An operation on a bucket, in memory or in a remote store.
 *
 * @param here runs the operation on a bucket in memory
 * @param there runs the operation on a bucket in a remote store
 */
record BucketOperation(
        Function<Bucket, LimitResult> here, Function<AsyncBucketProxy, CompletableFuture<LimitResult>> there) {
    /** Takes a permit if there is one. */
    static final BucketOperation CONSUME = new BucketOperation(
            bucket -> result(bucket.tryConsumeAndReturnRemaining(1)),
            bucket -> bucket.tryConsumeAndReturnRemaining(1).thenApply(BucketOperation::result));

    /** Checks whether there is a permit, without taking it. */
    static final BucketOperation PEEK = new BucketOperation(
            bucket -> result(bucket.estimateAbilityToConsume(1)),
            bucket -> bucket.estimateAbilityToConsume(1).thenApply(BucketOperation::result));

    private static LimitResult result(ConsumptionProbe probe) {
        return new LimitResult(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                Duration.ofNanos(probe.getNanosToWaitForReset()));
    }

    private static LimitResult result(EstimationProbe probe) {
        Duration wait = Duration.ofNanos(probe.getNanosToWaitForRefill());
        return new LimitResult(probe.canBeConsumed(), probe.getRemainingTokens(), wait, wait);
    }
}
