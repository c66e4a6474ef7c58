package dev.userservice.bench;

/** A server whose cost can be read while it works. */
interface Measured {
    /** Returns the id of the process that does the work. */
    long pid();

    /** Returns the seconds of CPU time that the process has used since its start, in all its threads. */
    default double cpuSeconds() {
        return ProcessHandle.of(pid())
                        .orElseThrow()
                        .info()
                        .totalCpuDuration()
                        .orElseThrow()
                        .toNanos()
                / 1e9;
    }
}
