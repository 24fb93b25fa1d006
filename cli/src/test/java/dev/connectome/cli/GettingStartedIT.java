package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import dev.connectome.platform.PlatformTokens;
import dev.connectome.protos.run.v1.RunState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/getting-started.md, one after the other, on the platform they speak of. */
class GettingStartedIT {

  private static final Path DOCUMENT = Path.of("..", "docs", "getting-started.md");

  @Test
  void everyCommandOnRunsSucceeds(@TempDir Path folder) throws Exception {
    List<List<String>> commands =
        ShellBlocks.lines(Files.readString(DOCUMENT)).stream()
            .filter(line -> line.startsWith("./connectome runs "))
            .map(line -> ShellBlocks.words(line))
            .toList();
    var options =
        new PlatformOptions(
            Installation.current(), folder, null, 2, PlatformOptions.Ports.ANY);
    try (Platform platform = Platform.start(options, line -> {})) {
      for (List<String> command : commands) {
        List<String> arguments = new ArrayList<>(command.subList(1, command.size()));
        arguments.addAll(List.of("--state-dir", folder.toString()));
        var said = new StringWriter();

        int code =
            Main.commandLine()
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(arguments.toArray(String[]::new));

        assertThat(code).as("%s: %s", String.join(" ", command), said).isZero();
      }
      try (ConnectomeClient client =
          ConnectomeClient.builder(platform.endpoints().controller().grpc())
              .tokenFile(PlatformTokens.owners(folder))
              .build()) {
        assertThat(client.get("first").getState())
            .isIn(RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_COMPLETED);
        assertThat(client.get("long").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
      }
    }
    assertThat(commands).hasSizeGreaterThan(10);
  }
}
