package dev.userservice.keycloak;

/** A policy whose number of iterations tests set. It counts the dummy hashes. */
public final class PolicyInTests implements PolicyHash {
    private int iterations = -1;
    private int dummies;

    public void setIterations(int iterations) {
        this.iterations = iterations;
    }

    public int dummies() {
        return dummies;
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public void computeDummy() {
        dummies++;
    }
}
