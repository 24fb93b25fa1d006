package dev.connectome.controller.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How people find runs in the table of all of them. */
@Timeout(600)
class FleetTableTest {

  private static ObservedFleet fleet;
  private static PageBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    fleet = new ObservedFleet();
    browser = PageBrowser.on(fleet.controller().http());
    fleet.start("early", ObservedFleet.never(), 1);
    fleet.train("early", 1, 9);
    fleet.start("late", ObservedFleet.never(), 2);
    fleet.train("late", 1, 3);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    fleet.close();
  }

  @Test
  void theTableTakesFiltersAndSaysWhatIsWrongWithOne() {
    Page page = browser.open("/");
    Locator search = page.getByRole(AriaRole.SEARCHBOX);
    Locator names = names(page);
    search.fill("progress.completed_epochs > 3 AND lowest.trainLoss < 10");
    assertThat(names).hasText(new String[] {"early"});

    search.fill("progress.epochs > 3");
    assertThat(page.getByText("filter has 'progress.epochs' at character 1; the fields are"))
        .isVisible();
    assertThat(search).hasAttribute("aria-invalid", "true");
    search.fill("name = late");
    assertThat(names).hasText(new String[] {"late"});
    assertThat(search).hasAttribute("aria-invalid", "false");
    search.fill("sweep=odd");
    assertThat(names).hasText(new String[] {"early"});
    page.context().close();
    browser.faults().removeIf(fault -> fault.contains("400"));
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  void aHeadingOrdersTheTableOneWayTheOtherAndNewestFirstAgain() {
    Page page = browser.open("/");
    Locator names = names(page);
    Locator epoch = page.locator("th.c-epoch");
    Locator loss = page.locator("th.c-loss");
    assertThat(names).hasText(new String[] {"late", "early"});
    epoch.getByRole(AriaRole.BUTTON).click();
    assertThat(names).hasText(new String[] {"early", "late"});
    assertThat(epoch).hasAttribute("aria-sort", "descending");
    epoch.getByRole(AriaRole.BUTTON).click();
    assertThat(names).hasText(new String[] {"late", "early"});
    assertThat(epoch).hasAttribute("aria-sort", "ascending");
    loss.getByRole(AriaRole.BUTTON).click();
    assertThat(names).hasText(new String[] {"early", "late"});
    assertThat(page.url()).contains("sort=metrics.trainLoss");

    page.reload();
    assertThat(names).hasText(new String[] {"early", "late"});
    for (int i = 0; i < 2; i++) {
      loss.getByRole(AriaRole.BUTTON).click();
    }
    assertThat(names).hasText(new String[] {"late", "early"});
    assertThat(page.locator("th[aria-sort]")).hasCount(0);
    page.context().close();
    assertThat(browser.faults()).isEmpty();
  }

  private static Locator names(Page page) {
    return page.locator("tbody tr:not(.spacer) .c-name");
  }
}
