package dev.connectome.controller.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What people see, in a real browser on a real controller. */
@Timeout(600)
class PageTest {

  private static ObservedFleet fleet;
  private static PageBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    fleet = new ObservedFleet();
    browser = PageBrowser.on(fleet.controller().http());
    fleet.start("reference", ObservedFleet.never(), 1);
    fleet.train("reference", 1, RecordedTraining.EPOCHS);
    fleet.start("settled", ObservedFleet.plateau(), 2);
    fleet.train("settled", 1, 29);
    fleet.obey("settled", 29);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    fleet.close();
  }

  @Test
  void rowsAppearAndChangeByThemselves() throws Exception {
    Page page = browser.open("/?q=appears");
    assertThat(page.getByText("No run matches.")).isVisible();

    fleet.start("appears", ObservedFleet.never(), 3);
    fleet.train("appears", 1, 4);
    Locator row = row(page, "appears");
    assertThat(row).containsText("4 / 60");
    assertThat(row).containsText("running");

    fleet.train("appears", 5, 20);
    assertThat(row).containsText("20 / 60");
    assertThat(row.locator("polyline")).isVisible();
    assertClean(page);
  }

  @Test
  void theFleetTellsWhatWasStoppedWhenAndWhatItSaved() {
    Page page = browser.open("/");

    assertThat(row(page, "settled").locator(".c-decided")).hasText("28 plateau");
    assertThat(row(page, "settled").locator(".c-saved")).hasText("52 %");
    assertThat(row(page, "reference").locator(".c-shadows")).containsText("loss-patience");
    PageBrowser.picture(page, "fleet");
    page.keyboard().press("/");
    page.keyboard().type("sweep=even");
    assertThat(row(page, "settled")).isVisible();
    assertThat(row(page, "reference")).isHidden();
    assertThat(page.url()).contains("q=sweep%3Deven");
    assertClean(page);
  }

  @Test
  void aRunTellsWhyItWasStoppedAndWhatItRestsOn() {
    Page page = browser.open("/?view=run&run=settled");

    assertThat(page.getByText("deathDistance has stayed at or below")).not().hasCount(0);
    assertThat(page.locator(".plot canvas")).not().hasCount(0);
    assertThat(page.locator(".facts")).containsText("31 epochs, 52 %");
    assertThat(page.getByRole(AriaRole.TABPANEL)).containsText("Decided");
    PageBrowser.picture(page, "run");
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Births and deaths")).click();
    assertThat(page.locator("canvas.levels")).hasCount(2);
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Configuration")).click();
    assertThat(page.getByRole(AriaRole.TABPANEL)).containsText("plateau.fraction");
    assertThat(page.url()).contains("tab=configuration");
    assertClean(page);
  }

  @Test
  void whatAChartShowsCanBeTakenAway() throws Exception {
    Page page = browser.open("/?view=run&run=reference");
    Locator loss = page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Loss"));
    assertThat(loss.locator("canvas")).isVisible();

    var csv = page.waitForDownload(() -> loss.getByText("CSV").click());
    var png = page.waitForDownload(() -> loss.getByText("PNG").click());

    List<String> lines = Files.readAllLines(csv.path());
    assertThat(lines).hasSize(1 + RecordedTraining.EPOCHS);
    assertThat(lines.get(0)).isEqualTo("epoch,trainLoss,testLoss");
    assertThat(lines.get(1)).isEqualTo("1,1.11665,0.647741");
    assertThat(Files.size(png.path())).isGreaterThan(5_000);
    assertClean(page);
  }

  @Test
  void aStopIsAskedForOnceMoreAndThenCarriedOut() throws Exception {
    fleet.start("by-hand", ObservedFleet.never(), 4);
    fleet.train("by-hand", 1, 6);
    Page page = browser.open("/?view=run&run=by-hand");
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop …")).click();
    page.getByText("Cancel").click();
    assertThat(
            page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Still learning")))
        .isVisible();
    assertThat(fleet.controller().get("by-hand").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);

    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop …")).click();
    page.getByLabel("Reason, for the record").fill("enough");
    page.getByText("Stop the run").click();
    fleet.obey("by-hand", 6);

    assertThat(
            page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName("Stopped by hand")))
        .isVisible();
    assertThat(page.getByText("Resume …")).isVisible();
    assertThat(fleet.controller().get("by-hand").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(fleet.controller().get("by-hand").getDecision().getMessage()).contains("enough");
    assertClean(page);
  }

  @Test
  void aKnobMovesTheMark() {
    Page page = browser.open("/?view=whatif&runs=reference,settled");
    Locator chart = page.locator(".plot");
    assertThat(chart).hasAttribute("aria-label", Pattern.compile("epoch 13: what if"));
    assertThat(page.locator(".sums")).containsText("2 of 2 runs");
    PageBrowser.picture(page, "what-if");

    page.getByLabel("Fraction", new Page.GetByLabelOptions().setExact(true)).fill("0.3");

    assertThat(chart).hasAttribute("aria-label", Pattern.compile("epoch 6: what if"));
    assertThat(page.locator(".results tbody tr").first()).containsText("54 of 60");
    assertThat(page.url()).contains("policy=plateau%3Afraction%3D0.3");
    assertClean(page);
  }

  @Test
  void aReplayThatIsSupersededIsBrokenOff() {
    Page page = browser.open("/?view=whatif&runs=reference");
    Locator answer = page.locator(".results tbody tr").first().locator(".strong");
    assertThat(answer).hasText("13");
    List<Request> failed = Collections.synchronizedList(new ArrayList<>());
    page.onRequestFailed(failed::add);
    page.route(
        "**/*:replayPolicy",
        route -> {
          if (!route.request().postData().contains("0.5")) {
            route.resume();
          }
        });

    Locator fraction = page.getByLabel("Fraction", new Page.GetByLabelOptions().setExact(true));
    page.waitForRequest("**/*:replayPolicy", () -> fraction.fill("0.5"));
    fraction.fill("0.3");

    assertThat(answer).hasText("6");
    assertThat(failed).extracting(Request::failure).containsExactly("net::ERR_ABORTED");
    assertClean(page);
  }

  @Test
  void runsAreComparedOnOneChartAndAgainstOneOfThem() {
    Page page = browser.open("/?view=compare&runs=reference,settled");
    Locator loss =
        page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("trainLoss"));
    assertThat(loss).containsText("reference");
    assertThat(loss).containsText("settled");
    assertThat(page.getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName("seed")))
        .hasText("seed12");
    PageBrowser.picture(page, "compare");

    page.getByLabel("Compare with settled").click();
    assertThat(loss.locator(".plot"))
        .hasAttribute("aria-label", Pattern.compile("settled from 0 to 0"));
    page.getByLabel("Group by label").selectOption("sweep");
    assertThat(loss).containsText("sweep=odd (1)");
    assertThat(page.url()).contains("baseline=settled", "group=sweep");
    assertClean(page);
  }

  @Test
  void thatNothingIsStoppedIsSaidOnEveryView() {
    try {
      suspend(true);
      for (String address : List.of("/", "/?view=run&run=settled")) {
        Page page = browser.open(address);
        assertThat(page.getByText("Enforcement is off")).isVisible();
        assertThat(page.locator("#banners")).containsText("a trial");
        assertClean(page);
      }
    } finally {
      suspend(false);
    }
  }

  @Test
  void aRunThatDoesNotExistIsSaid() {
    Page page = browser.open("/?view=run&run=nobody");

    assertThat(page.getByText("There is no run nobody")).isVisible();
    page.getByText("All runs").click();
    assertThat(row(page, "settled")).isVisible();
    page.close();
    browser.faults().removeIf(fault -> fault.contains("404"));
  }

  @Test
  void everyViewIsReadableInTheDarkAndOnAPhone() {
    Map<String, String> views =
        Map.of(
            "fleet", "/",
            "run", "/?view=run&run=settled",
            "what-if", "/?view=whatif&runs=settled",
            "compare", "/?view=compare&runs=settled,reference");
    for (Map.Entry<String, String> view : views.entrySet()) {
      String address = view.getValue();
      Page dark = browser.open(address, 1440, 900, true);
      assertThat(dark.locator("h1")).not().hasCount(0);
      PageBrowser.picture(dark, view.getKey() + "-dark");
      assertClean(dark);
      Page phone = browser.open(address, 360, 740, false);
      assertThat(phone.locator("h1")).not().hasCount(0);
      PageBrowser.picture(phone, view.getKey() + "-phone");
      assertThat((int) phone.evaluate("document.documentElement.scrollWidth"))
          .as("width of %s", address)
          .isLessThanOrEqualTo(360);
      assertClean(phone);
    }
  }

  @Test
  void aControllerThatIsAwayIsSaidAndComesBackByItself() {
    Page page = browser.open("/");
    assertThat(row(page, "settled")).isVisible();

    page.context().setOffline(true);
    assertThat(page.getByText("The controller does not answer.")).isVisible();
    assertThat(row(page, "settled")).isVisible();
    page.context().setOffline(false);

    assertThat(page.getByText("The controller does not answer.")).isHidden();
    page.close();
    browser.faults().removeIf(fault -> fault.contains("ERR_INTERNET_DISCONNECTED"));
  }

  private static Locator row(Page page, String name) {
    return page.locator("tbody tr")
        .filter(
            new Locator.FilterOptions()
                .setHas(
                    page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName(Pattern.compile("^" + name + "$")))));
  }

  /** Nothing failed, nothing was asked of another host, and everybody can read it. */
  private static void assertClean(Page page) {
    assertThat(
            new AxeBuilder(page)
                .analyze().getViolations().stream()
                    .filter(one -> List.of("serious", "critical").contains(one.getImpact()))
                    .map(one -> one.getId() + ": " + one.getNodes().get(0).getHtml()))
        .isEmpty();
    page.context().close();
    assertThat(browser.faults()).isEmpty();
  }

  private static void suspend(boolean suspended) {
    var unused =
        fleet
            .controller()
            .runs()
            .updateEnforcement(
                UpdateEnforcementRequest.newBuilder()
                    .setEnforcement(
                        Enforcement.newBuilder().setSuspended(suspended).setReason("a trial"))
                    .build());
  }
}
