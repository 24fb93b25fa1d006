package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.Tokens;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a browser becomes somebody, and what it takes to act in its name. */
class PageSessionsTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private static Path folder;
  private static DataSource database;
  private static Tokens tokens;
  private static ControllerUnderTest controller;

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    tokens = new Tokens(folder.resolve("tokens"));
    controller = ControllerUnderTest.notStarted(database, tokens.settings());
  }

  @AfterAll
  static void stop() {
    controller.close();
  }

  @Test
  void aLinkWorksOnce() throws Exception {
    String link = link(Role.OPERATOR);

    HttpResponse<String> first = signIn("link", link);
    HttpResponse<String> second = signIn("link", link);

    assertThat(first.statusCode()).isEqualTo(204);
    assertThat(second.statusCode()).isEqualTo(401);
    assertThat(second.headers().map()).doesNotContainKey("set-cookie");
    assertThat(read(cookie(first)).statusCode()).isEqualTo(200);
  }

  @Test
  void aSessionOfAnEarlierStartOfThePlatformIsWorthNothing() throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.ADMIN)));
    Map<String, String> settings = new HashMap<>(tokens.settings());
    settings.put("connectome.auth.session-scope", "another start");

    try (ControllerUnderTest later = ControllerUnderTest.notStarted(database, settings)) {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(later.http().resolve("/v1/runs"))
                  .header(
                      "Cookie",
                      session.replace(
                          "connectome-" + controller.http().getPort(),
                          "connectome-" + later.http().getPort()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(401);
    }
    assertThat(read(session).statusCode()).isEqualTo(200);
  }

  @Test
  void noScriptReadsTheCookieAndNoOtherSiteSendsIt() throws Exception {
    String header =
        signIn("token", tokens.of(Role.VIEWER)).headers().firstValue("set-cookie").orElseThrow();

    assertThat(header)
        .startsWith("connectome-" + controller.http().getPort() + "=")
        .contains("; HTTPOnly", "; SameSite=Strict", "; Path=/", "Max-Age=2592000")
        .doesNotContain(tokens.of(Role.VIEWER));
  }

  @Test
  void aSessionMayWhatItsTokenMay() throws Exception {
    String viewer = cookie(signIn("token", tokens.of(Role.VIEWER)));
    String operator = cookie(signIn("token", tokens.of(Role.OPERATOR)));

    assertThat(read(viewer).statusCode()).isEqualTo(200);
    assertThat(create("a", viewer).statusCode()).isEqualTo(403);
    assertThat(create("a", operator).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1", "https://attacker.example", "null"})
  void aPageOfAnotherOriginCannotActByIt(String origin) throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.ADMIN)));

    assertThat(create("b", session, "Origin", origin).statusCode()).isEqualTo(401);
    for (String site : List.of("same-site", "cross-site")) {
      assertThat(create("b", session, "Sec-Fetch-Site", site).statusCode()).isEqualTo(401);
    }
    assertThat(
            create(
                    "of-the-page-" + origin.length(),
                    session,
                    "Origin",
                    controller.http().toString())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void whatIsNoSessionIsWorthNothing() throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.ADMIN)));
    String name = session.substring(0, session.indexOf('=') + 1);
    String value = session.substring(name.length());
    String link = link(Role.ADMIN);
    int middle = value.length() / 4;
    char other = value.charAt(middle) == 'A' ? 'B' : 'A';

    for (String forged :
        List.of(
            "",
            "x",
            ".",
            "a.b.c",
            link,
            tokens.of(Role.ADMIN),
            value.substring(0, middle) + other + value.substring(middle + 1),
            value.substring(0, middle),
            value + value)) {
      assertThat(read(name + forged).statusCode()).as(forged).isEqualTo(401);
    }
    assertThat(read("connectome-1=" + value).statusCode()).isEqualTo(401);
    assertThat(signIn("link", value).statusCode()).as("a session is no link").isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "[]", "{}", "{\"token\": 1}", "{\"link\": null}", "{\"token\": \"x\"}"})
  void whoShowsNothingIsNotLetIn(String body) throws Exception {
    HttpResponse<String> answer = post("/session", body, Map.of());

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
  }

  @Test
  void aFormOfAnotherSiteSignsNobodyIn() throws Exception {
    assertThat(
            post(
                    "/session",
                    "{\"token\": \"%s\"}".formatted(tokens.of(Role.ADMIN)),
                    Map.of("Content-Type", "text/plain"))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void aSessionEndsWithTheGrantOfItsToken() throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.VIEWER)));
    String link = link(Role.VIEWER);
    try {
      tokens.grant(List.of(Role.ADMIN));
      assertThat(read(session).statusCode()).isEqualTo(401);
      assertThat(signIn("link", link).statusCode()).isEqualTo(401);
    } finally {
      tokens.grant(List.of(Role.values()));
    }
    assertThat(read(session).statusCode()).isEqualTo(200);
  }

  @Test
  void anotherControllerOfThePlatformKnowsTheSessionAndTheLinksThatWereUsed() throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.VIEWER)));
    String link = link(Role.VIEWER);
    assertThat(signIn("link", link).statusCode()).isEqualTo(204);
    ControllerUnderTest first = controller;
    try (var second = ControllerUnderTest.notStarted(database, tokens.settings())) {
      controller = second;
      String here =
          session.replaceFirst("connectome-\\d+", "connectome-" + second.http().getPort());
      assertThat(read(here).statusCode()).isEqualTo(200);
      assertThat(signIn("link", link).statusCode()).isEqualTo(401);
    } finally {
      controller = first;
    }
  }

  @Test
  void whoSignsOutHasNoCookieAnyMore() throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(controller.http().resolve("/session")).DELETE().build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
  }

  @Test
  void onlyWhoShowsATokenIsGivenALink() throws Exception {
    String session = cookie(signIn("token", tokens.of(Role.ADMIN)));

    assertThat(post("/session/links", "", Map.of()).statusCode()).isEqualTo(401);
    assertThat(
            post("/session/links", "", Map.of("Authorization", "Bearer " + Token.create()))
                .statusCode())
        .isEqualTo(401);
    assertThat(post("/session/links", "", Map.of("Cookie", session)).statusCode()).isEqualTo(401);
  }

  private static String link(Role role) throws Exception {
    HttpResponse<String> made =
        post("/session/links", "", Map.of("Authorization", "Bearer " + tokens.of(role)));
    assertThat(made.statusCode()).isEqualTo(200);
    return new JsonObject(made.body()).getString("link");
  }

  private static HttpResponse<String> signIn(String how, String secret) throws Exception {
    return post("/session", new JsonObject().put(how, secret).encode(), Map.of());
  }

  private static String cookie(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(204);
    return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
  }

  private static HttpResponse<String> read(String cookie) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(controller.http().resolve("/v1/runs"))
            .header("Cookie", cookie)
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> create(String id, String cookie, String... header)
      throws Exception {
    Map<String, String> headers =
        header.length == 0
            ? Map.of("Cookie", cookie)
            : Map.of("Cookie", cookie, header[0], header[1]);
    return post(
        "/v1/runs?training_run_id=" + id, "{\"launcher\": \"LAUNCHER_KIND_EXTERNAL\"}", headers);
  }

  private static HttpResponse<String> post(String path, String body, Map<String, String> headers)
      throws Exception {
    var request =
        HttpRequest.newBuilder(controller.http().resolve(path)).POST(BodyPublishers.ofString(body));
    Stream.concat(
            Stream.of(Map.entry("Content-Type", "application/json")), headers.entrySet().stream())
        .forEach(one -> request.setHeader(one.getKey(), one.getValue()));
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }
}
