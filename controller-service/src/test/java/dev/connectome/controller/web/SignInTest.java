package dev.connectome.controller.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.Tokens;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How people sign in to the page of a controller that asks who they are. */
@Timeout(300)
class SignInTest {

  @TempDir private static Path folder;
  private static Tokens tokens;
  private static ControllerUnderTest controller;
  private static PageBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    tokens = new Tokens(folder.resolve("tokens"));
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), tokens.settings());
    browser = PageBrowser.on(controller.http());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    controller.close();
  }

  @Test
  void aLinkLetsTheBrowserInAndLeavesTheAddress() throws Exception {
    Page page = browser.open("/?q=x#link=" + link());

    assertThat(page.getByText("No run matches.")).isVisible();
    assertThat(page.url()).endsWith("/?q=x");
    page.reload();
    assertThat(page.getByText("No run matches.")).isVisible();
    assertThat(browser.faults()).isEmpty();
    Cookie cookie = page.context().cookies().get(0);
    assertThat(cookie.httpOnly).isTrue();
    assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.STRICT);
    assertThat((String) page.evaluate("document.cookie")).isEmpty();
    page.close();
  }

  @Test
  void whoHasNoLinkPastesAToken() {
    Page page = browser.open("/?q=x");
    assertThat(page.getByText("Who are you?")).isVisible();
    assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();

    page.getByLabel("Token").fill(Token.create());
    page.getByText("Sign in").click();
    assertThat(page.getByText("This token is not known here.")).isVisible();
    page.getByLabel("Token").fill(tokens.of(Role.VIEWER));
    page.getByText("Sign in").click();

    assertThat(page.getByText("No run matches.")).isVisible();
    assertThat(page.content()).doesNotContain(tokens.of(Role.VIEWER));
    page.close();
    browser.faults().removeIf(fault -> fault.contains("401"));
    assertThat(browser.faults()).isEmpty();
  }

  private static String link() throws Exception {
    return new JsonObject(
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(controller.http().resolve("/session/links"))
                        .header("Authorization", "Bearer " + tokens.of(Role.VIEWER))
                        .POST(BodyPublishers.noBody())
                        .build(),
                    BodyHandlers.ofString())
                .body())
        .getString("link");
  }
}
