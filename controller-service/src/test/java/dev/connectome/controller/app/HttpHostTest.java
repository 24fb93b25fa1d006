package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.fixture.RawHttp;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.http.HostCheck;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts a controller answers for that listens on loopback, over real HTTP. */
class HttpHostTest {

  private static ControllerUnderTest controller;

  @BeforeAll
  static void start() throws Exception {
    controller =
        ControllerUnderTest.notStarted(
            TestDatabase.create(),
            Map.of("connectome.http.allowed-hosts", "Training.example.org,10.1.2.3"));
  }

  @AfterAll
  static void stop() {
    controller.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:9480",
        "connectome.localhost:9480",
        "127.0.0.1:9480",
        "127.1.2.3",
        "[::1]:9480",
        "training.example.org",
        "training.example.org:80",
        "10.1.2.3"
      })
  void thisMachineAndTheNamesThatAreConfiguredAreAnswered(String host) throws Exception {
    assertThat(get("/v1/runs", host)).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attacker.example",
        "attacker.example:9480",
        "127.0.0.1.attacker.example",
        "localhost.attacker.example",
        "notlocalhost",
        "10.1.2.4",
        "[2001:db8::1]",
        "example.org"
      })
  void otherHostsAreRefusedInOneLineThatNamesTheRemedy(String host) throws Exception {
    for (String path : List.of("/v1/runs", "/openapi.json", "/nothing")) {
      String response = get(path, host);

      assertThat(response).startsWith("HTTP/1.1 421");
      assertThat(response)
          .contains("FOREIGN_HOST", host.replaceAll(":9480$", ""), "connectome.http.allowed-hosts");
    }
  }

  @Test
  void aRequestForNoHostIsRefused() throws Exception {
    assertThat(get("/v1/runs", "")).contains(" 421 ");
  }

  @Test
  void whoListensElsewhereIsCalledByNamesThatNobodyKnowsHere() {
    assertThat(HostCheck.of("0.0.0.0", List.of())).isEmpty();
    assertThat(HostCheck.of("::1", List.of())).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.org", "example.org:80", "example.org/path", ""})
  void aNameThatIsNoHostIsRefusedWithTheRemedy(String name) {
    assertThatThrownBy(() -> HostCheck.of("127.0.0.1", List.of(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + name + "\"")
        .hasMessageContaining("without scheme, port and path");
  }

  private static String get(String path, String host) throws Exception {
    return RawHttp.get(controller.http().getPort(), path, host);
  }
}
