package dev.userservice.it;

import java.io.File;
import java.io.IOException;
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
            isMissing(names[0], packages);
        }
        return found.orElseThrow();
    }

    /**
     * Returns a Python that has these modules.
     *
     * @param packages the packages to install if they are missing
     */
    static File python(String packages, String... modules) throws IOException, InterruptedException {
        File python = find("python3", "python3");
        Process check = new ProcessBuilder(python.toString(), "-c", "import " + String.join(", ", modules))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (check.waitFor() != 0) {
            isMissing(python + " with " + String.join(", ", modules), packages);
        }
        return python;
    }

    private static void isMissing(String what, String packages) {
        String reason = "There is no " + what + " here: apt-get install " + packages;
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionFailedError(reason);
        }
        Assumptions.abort(reason);
    }
}
