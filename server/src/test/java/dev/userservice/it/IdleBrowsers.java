package dev.userservice.it;

import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openqa.selenium.chrome.ChromeDriver;

/** Keeps the processes of the browsers that a test has closed, by language. The processes end with the suite. */
final class IdleBrowsers implements AutoCloseable {
    static final IdleBrowsers ALL = new IdleBrowsers();

    private static final int KEPT = 2;

    private final Map<String, Queue<ChromeDriver>> idle = new ConcurrentHashMap<>();

    private IdleBrowsers() {}

    Optional<ChromeDriver> take(String language) {
        return Optional.ofNullable(of(language).poll());
    }

    /** Keeps a browser for later tests. Two for each language are enough, because even an idle browser uses some hundredths of a core. */
    void keep(ChromeDriver driver, String language) {
        if (of(language).size() < KEPT) {
            of(language).add(driver);
        } else {
            driver.quit();
        }
    }

    private Queue<ChromeDriver> of(String language) {
        return idle.computeIfAbsent(language, any -> new ConcurrentLinkedQueue<>());
    }

    @Override
    public void close() {
        idle.values().forEach(all -> all.forEach(ChromeDriver::quit));
    }
}
