package dev.userservice.ratelimit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What a bucket can be asked, one in memory or one elsewhere.
 *
 * @param here asks a bucket in memory
 * @param there asks one elsewhere
 */
record Question(Function<Bucket, Verdict> here, Function<AsyncBucketProxy, CompletableFuture<Verdict>> there) {
    /** Takes a permit, if there is one. */
    static final Question TAKE = new Question(
            bucket -> verdict(bucket.tryConsumeAndReturnRemaining(1)),
            bucket -> bucket.tryConsumeAndReturnRemaining(1).thenApply(Question::verdict));

    /** Is there a permit? */
    static final Question LOOK = new Question(
            bucket -> verdict(bucket.estimateAbilityToConsume(1)),
            bucket -> bucket.estimateAbilityToConsume(1).thenApply(Question::verdict));

    private static Verdict verdict(ConsumptionProbe probe) {
        return new Verdict(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                Duration.ofNanos(probe.getNanosToWaitForReset()));
    }

    private static Verdict verdict(EstimationProbe probe) {
        Duration wait = Duration.ofNanos(probe.getNanosToWaitForRefill());
        return new Verdict(probe.canBeConsumed(), probe.getRemainingTokens(), wait, wait);
    }
}
