package dev.userservice.it;

import java.io.File;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.AssertionFailedError;

/**
 * Finds programs that not every machine has. If a program is missing, the tests that need it are skipped, but on CI they fail.
 */
final class Program {
    private Program() {}

    /**
     * Returns the program with one of these names; on some systems the same program has another name.
     *
     * @param packages the packages to install if the program is missing
     */
    static File find(String packages, String... names) {
        Optional<File> found = Stream.concat(
                        Stream.of("/usr/bin", "/usr/sbin"),
                        Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1)))
                .flatMap(folder -> Arrays.stream(names).map(name -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "There is no " + names[0] + " here: apt-get install " + packages;
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionFailedError(reason);
            }
            Assumptions.abort(reason);
        }
        return found.orElseThrow();
    }
}
