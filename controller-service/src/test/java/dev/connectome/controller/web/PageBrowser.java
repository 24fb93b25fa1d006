package dev.connectome.controller.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The system's Chromium on the page of one controller. It notes what must not happen: errors on the
 * console, and requests to other hosts.
 */
final class PageBrowser implements AutoCloseable {

  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run");
  private static final double MAX_WAIT_MILLIS = 20_000;
  private static final Path PICTURES = Path.of(System.getProperty("page.pictures", "target/page"));

  /** What only the packaged controller serves, as it does. */
  private static final String MEASURED =
      """
      # TYPE connectome_runs gauge
      connectome_runs{state="running"} 2.0
      connectome_runs{state="pending"} 1.0
      connectome_signatures_lag 0.0
      connectome_signatures_malformed_total 0.0
      connectome_stops_unfinished 0.0
      connectome_loop_age_seconds{loop="delivery"} 0.2
      """;

  private static final String HEALTHY =
      """
      {"status": "UP", "checks": [{"name": "loops", "status": "UP"}]}
      """;

  private final URI controller;
  private final Playwright playwright;
  private final Browser browser;
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());

  private PageBrowser(URI controller, Path chromium) {
    this.controller = controller;
    PlaywrightAssertions.setDefaultAssertionTimeout(MAX_WAIT_MILLIS);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(chromium).setArgs(ARGUMENTS));
  }

  /** Starts the browser; skips the test where there is none. */
  static PageBrowser on(URI controller) {
    Optional<Path> chromium = chromium();
    Assumptions.assumeTrue(
        chromium.isPresent(),
        "the tests of the page are skipped: there is no chromium on the PATH, and CHROMIUM names none");
    return new PageBrowser(controller, chromium.get());
  }

  private static Optional<Path> chromium() {
    String named = System.getenv("CHROMIUM");
    if (named != null && !named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static void answer(Route route, String body) {
    route.fulfill(new Route.FulfillOptions().setStatus(200).setBody(body));
  }

  /** A window on an address of the page. */
  Page open(String address, int width, int height, boolean dark) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setAcceptDownloads(true)
                .setColorScheme(
                    dark
                        ? com.microsoft.playwright.options.ColorScheme.DARK
                        : com.microsoft.playwright.options.ColorScheme.LIGHT));
    Page page = context.newPage();
    page.route("**/q/metrics", route -> answer(route, MEASURED));
    page.route("**/q/health/ready", route -> answer(route, HEALTHY));
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            faults.add("console: " + message.text());
          }
        });
    page.onPageError(error -> faults.add("error: " + error));
    page.onRequest(
        request -> {
          if (!request.url().startsWith(controller + "/") && !request.url().startsWith("blob:")) {
            faults.add("request to another host: " + request.url());
          }
        });
    page.navigate(controller + address);
    return page;
  }

  Page open(String address) {
    return open(address, 1440, 900, false);
  }

  /** What must not happen and did. */
  List<String> faults() {
    return faults;
  }

  static void picture(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(PICTURES.resolve("page-" + name + ".png")));
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
