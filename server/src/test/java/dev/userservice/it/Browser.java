package dev.userservice.it;

import dev.userservice.server.Layout;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/**
 * A real browser without a window, in the state of a user who has never visited the site. Where no browser is installed, the tests that
 * need one are skipped, except on CI, where they fail.
 *
 * <p>The process keeps running when a test closes its browser and serves the next test, which finds no tab, cookie or stored item of the
 * last one. Starting a process and filling its cache costs as much as everything that most tests do in it.
 */
final class Browser implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration A_MOMENT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int PHONE = 390;

    /**
     * Chromium without the parts that only a window needs, from Debian's {@code chromium-headless-shell}: it shows the same pages for half
     * the processor time. The script in {@code /usr/bin} is not used, because the driver would end the script and not the browser.
     */
    private static final File HEADLESS_SHELL = new File("/usr/lib/chromium/chromium-headless-shell");

    private static final boolean PICTURES = System.getProperty("pictures") != null;

    private static final Map<String, Object> DARK =
            Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark")));

    /** Selenium warns here that it does not know the DevTools of a newer browser, but we do not use them. */
    private static final Logger DEV_TOOLS = Logger.getLogger("org.openqa.selenium.devtools");

    static {
        DEV_TOOLS.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;
    private final String language;
    private final Set<String> origins = new HashSet<>();

    private Browser(ChromeDriver driver, String language) {
        this.driver = driver;
        this.language = language;
    }

    static Browser open() {
        return open("en");
    }

    /** Returns a browser whose user wants pages in this language. */
    static Browser open(String language) {
        return new Browser(IdleBrowsers.ALL.take(language).orElseGet(() -> start(language)), language);
    }

    private static ChromeDriver start(String language) {
        ChromeOptions options = new ChromeOptions()
                .setBinary(
                        HEADLESS_SHELL.canExecute()
                                ? HEADLESS_SHELL
                                : program("chromium", "chromium-browser", "google-chrome"))
                // Root cannot use the sandbox, and /dev/shm is small in containers, so both are off.
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-dev-shm-usage",
                        "--window-size=1280,1000",
                        "--lang=" + language,
                        "--accept-lang=" + language);
        // The driver is named, because otherwise Selenium would look for one to download.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver"))
                .withTimeout(Duration.ofMinutes(2))
                .build();
        service.sendOutputTo(OutputStream.nullOutputStream());
        return new ChromeDriver(service, options);
    }

    private static File program(String... names) {
        return Program.find("chromium chromium-driver", names);
    }

    void goTo(URI address) {
        origins.add(address.getScheme() + "://" + address.getRawAuthority());
        driver.get(address.toString());
    }

    /** Fills in a field and replaces what was in it. */
    void type(String fieldNameOrId, String value) {
        on("[name='" + fieldNameOrId + "'], [id='" + fieldNameOrId + "']", field -> {
            field.clear();
            field.sendKeys(value);
        });
    }

    /** Empties a field with keys, because a page that keeps what was typed does not notice Selenium's clear(). */
    void empty(String fieldName) {
        on("[name='" + fieldName + "']", field -> field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.BACK_SPACE));
    }

    void click(String cssSelector) {
        on(cssSelector, WebElement::click);
    }

    /** Returns the text that can be read on the page. The browser itself tells it, because Selenium's script costs many times as much. */
    String text() {
        return (String) run("return document.body.innerText");
    }

    URI at() {
        return URI.create(driver.getCurrentUrl());
    }

    void awaitText(String text) {
        await("a page with the text: " + text, () -> text().contains(text));
    }

    void awaitTextOf(String cssSelector, String text) {
        AtomicReference<String> seen = new AtomicReference<>();
        try {
            await(cssSelector + " with the text: " + text, () -> {
                seen.set(driver.findElement(By.cssSelector(cssSelector)).getText());
                return seen.get().equals(text);
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ", but with: " + seen + "\n" + complaints(), e);
        }
    }

    void awaitUrl(String part) {
        await("a page whose address contains: " + part, () -> at().toString().contains(part));
    }

    void awaitUrl(Predicate<URI> wanted) {
        await("a page whose address is the wanted one", () -> wanted.test(at()));
    }

    void awaitElement(String cssSelector) {
        await(
                "a page with " + cssSelector,
                () -> !driver.findElements(By.cssSelector(cssSelector)).isEmpty());
    }

    /** Waits until an element is visible that exists from the start but is hidden at first. */
    void awaitShown(String cssSelector) {
        await("a page that shows " + cssSelector, () -> shows(cssSelector));
    }

    /** Returns whether the element becomes visible within a few seconds. */
    boolean waitsFor(String cssSelector) {
        Instant deadline = Instant.now().plus(A_MOMENT);
        while (Instant.now().isBefore(deadline)) {
            if (shows(cssSelector)) {
                return true;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return false;
    }

    boolean shows(String cssSelector) {
        return driver.findElements(By.cssSelector(cssSelector)).stream().anyMatch(WebElement::isDisplayed);
    }

    /** Returns what a script returns. */
    Object run(String script) {
        return driver.executeScript(script);
    }

    /**
     * Returns what the browser has complained about since the last call: errors in scripts, violations of a page's content security policy,
     * and responses with status 400 and above.
     */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().equals(Level.SEVERE))
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Opens a mail as a mail program does, and keeps it next to the screenshots. */
    void open(Inbox.Mail mail, String name) {
        goTo(kept(name + ".html", mail.html().getBytes(StandardCharsets.UTF_8)).toUri());
    }

    /** Keeps screenshots of the page in the window and on a phone, if {@code -Dpictures} asks for them. */
    void screenshot(String name) {
        screenshot(name, look -> {});
    }

    /** Keeps the same screenshots in light and in dark colours, and calls {@code look} while the page is shown in each of the four ways. */
    void screenshots(String name, Consumer<String> look) {
        screenshot(name, look);
        driver.executeCdpCommand("Emulation.setEmulatedMedia", DARK);
        try {
            screenshot(name + "-dark", look);
        } finally {
            driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        }
    }

    private void screenshot(String name, Consumer<String> look) {
        keep(name);
        look.accept(name);
        onPhone(PHONE, () -> {
            keep(name + "-phone");
            look.accept(name + "-phone");
        });
    }

    /** Runs {@code look} while the page is shown on a phone that is this many CSS pixels wide. */
    void onPhone(int width, Runnable look) {
        // The emulation is needed because a browser window cannot be this narrow.
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 844, "deviceScaleFactor", 2, "mobile", true));
        try {
            look.run();
        } finally {
            driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        }
    }

    /** Returns by how many pixels the page is wider than its visible part. */
    long overhang() {
        return (Long) run("""
                const page = document.scrollingElement;
                return page.scrollWidth - page.clientWidth;
                """);
    }

    private void keep(String name) {
        if (PICTURES) {
            kept(name + ".png", driver.getScreenshotAs(OutputType.BYTES));
        }
    }

    private static Path kept(String name, byte[] content) {
        Path file = Layout.ofBuild().root().resolve("server/target/screenshots").resolve(name);
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ChromeDriver driver() {
        return driver;
    }

    @Override
    public void close() {
        try {
            forget();
            IdleBrowsers.ALL.keep(driver, language);
        } catch (WebDriverException e) {
            // A dialog is open, or the process has died. It is not worth a repair, because there are other browsers.
            driver.quit();
        }
    }

    private void forget() {
        Set<String> tabs = driver.getWindowHandles();
        String empty = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
        for (String tab : tabs) {
            driver.switchTo().window(tab).close();
        }
        driver.switchTo().window(empty);
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        for (String origin : origins) {
            driver.executeCdpCommand("Storage.clearDataForOrigin", Map.of("origin", origin, "storageTypes", "all"));
        }
        complaints();
    }

    private void on(String cssSelector, Consumer<WebElement> act) {
        await("something to use that is " + cssSelector, () -> {
            act.accept(driver.findElement(By.cssSelector(cssSelector)));
            return true;
        });
    }

    /** Tries until the condition holds. Looking at a page may fail while one page replaces another. */
    private void await(String what, Condition condition) {
        Instant deadline = Instant.now().plus(TIMEOUT);
        WebDriverException last = null;
        while (Instant.now().isBefore(deadline)) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (WebDriverException e) {
                last = e;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new AssertionError("There came not " + what + "\nbut " + at() + "\n" + text(), last);
    }

    private interface Condition {
        boolean holds();
    }
}
