package dev.userservice.it;

import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openqa.selenium.chrome.ChromeDriver;

/** The processes of browsers that a test has closed, by their language; they end with the suite. */
final class IdleBrowsers implements AutoCloseable {
    static final IdleBrowsers ALL = new IdleBrowsers();

    private static final int KEPT = 2;

    private final Map<String, Queue<ChromeDriver>> idle = new ConcurrentHashMap<>();

    private IdleBrowsers() {}

    Optional<ChromeDriver> take(String language) {
        return Optional.ofNullable(of(language).poll());
    }

    /** Two of a language are enough: also one that does nothing costs some hundredths of a core. */
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
