package dev.connectome.identity.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a caller that names no token has one from. */
class TokenSourceTest {

  @TempDir private Path folder;

  @Test
  void theEnvironmentIsAskedFirst() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), " of-the-file\n");
    Map<String, String> both =
        Map.of("CONNECTOME_TOKEN", "of-the-variable", "CONNECTOME_TOKEN_FILE", file.toString());

    assertThat(TokenSource.of(both, "controller.example:9400").read()).contains("of-the-variable");
    assertThat(
            TokenSource.of(
                    Map.of("CONNECTOME_TOKEN_FILE", file.toString()), "controller.example:9400")
                .read())
        .contains("of-the-file");
    assertThat(TokenSource.of(both, "controller.example:9400").toString())
        .doesNotContain("of-the-variable");
  }

  @Test
  void aPlatformThatThisUserHasStartedIsKnownByItsPort() throws Exception {
    Path state = Files.createDirectory(folder.resolve("state"));
    Files.writeString(state.resolve("token"), "of-the-platform");
    Map<String, String> environment = Map.of("XDG_STATE_HOME", folder.toString());
    StartedPlatforms platforms =
        StartedPlatforms.in(folder.resolve("connectome").resolve("platforms"));
    platforms.add(state, List.of(9400, 9480));

    assertThat(TokenSource.of(environment, "127.0.0.1:9400").read()).contains("of-the-platform");
    assertThat(TokenSource.of(environment, "127.0.0.1:9480").read()).contains("of-the-platform");
    assertThat(TokenSource.of(environment, "127.0.0.1:9401").read()).isEmpty();
    assertThat(TokenSource.of(environment, "controller.example:9400").read())
        .as("another machine is not shown it")
        .isEmpty();

    platforms.remove(List.of(9400, 9480));
    assertThat(TokenSource.of(environment, "127.0.0.1:9400").read()).isEmpty();
  }

  @Test
  void aPlatformWhoseProcessIsGoneIsNotShownAToken() throws Exception {
    Path directory = Files.createDirectories(folder.resolve("connectome").resolve("platforms"));
    Files.writeString(directory.resolve("9400"), Long.MAX_VALUE + " 1 boot\n" + folder + "\n");
    Files.writeString(folder.resolve("token"), "of-the-platform");

    assertThat(TokenSource.of(Map.of("XDG_STATE_HOME", folder.toString()), "127.0.0.1:9400").read())
        .isEmpty();
  }

  @Test
  void aProcessThatHasTheIdLaterOrOnAnotherMachineIsShownNoToken() throws Exception {
    Path directory = Files.createDirectories(folder.resolve("connectome").resolve("platforms"));
    Files.writeString(folder.resolve("token"), "of-the-platform");
    Map<String, String> environment = Map.of("XDG_STATE_HOME", folder.toString());
    ProcessStamp self = ProcessStamp.ofThisProcess();

    for (ProcessStamp other :
        List.of(
            new ProcessStamp(self.pid(), "1" + self.start(), self.boot()),
            new ProcessStamp(self.pid(), self.start(), "another machine".replace(' ', '-')))) {
      Files.writeString(directory.resolve("9400"), other + "\n" + folder + "\n");
      assertThat(TokenSource.of(environment, "127.0.0.1:9400").read()).as("%s", other).isEmpty();
    }
    Files.writeString(directory.resolve("9400"), self + "\n" + folder + "\n");
    assertThat(TokenSource.of(environment, "127.0.0.1:9400").read()).contains("of-the-platform");
    assertThat(TokenSource.of(environment, "[::1]:9400").read()).isEmpty();
    assertThat(TokenSource.of(environment, "127.1.2.3:9400").read()).isEmpty();
  }

  @Test
  void whatCanBeNoTokenIsRefusedWithoutItsText() throws Exception {
    Path lines = Files.writeString(folder.resolve("lines"), "secret-a\nsecret-b\n");

    assertThatThrownBy(() -> new TokenSource.OfFile(lines).read())
        .hasMessageContaining(lines.toString())
        .hasMessageNotContaining("secret");
    assertThatThrownBy(
            () -> TokenSource.of(Map.of("CONNECTOME_TOKEN", "secret a"), "127.0.0.1:9400"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    Path missing = folder.resolve("missing");
    Path empty = Files.writeString(folder.resolve("empty"), "\n");

    assertThatThrownBy(() -> new TokenSource.OfFile(missing).read())
        .hasMessage("the token file " + missing + " cannot be read");
    assertThatThrownBy(() -> new TokenSource.OfFile(empty).read())
        .hasMessage("the token file " + empty + " is empty");
  }
}
