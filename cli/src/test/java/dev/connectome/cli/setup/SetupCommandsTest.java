package dev.connectome.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SetupCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void theScriptOfAShellIsOneThatBashReads(String shell, @TempDir Path folder) throws Exception {
    assertThat(run("completion", shell)).isZero();
    Path script = Files.writeString(folder.resolve("completion"), out.toString());

    String completed = completions(script, "connectome runs wat");

    assertThat(completed).contains("watch");
  }

  private static String completions(Path script, String typed)
      throws IOException, InterruptedException {
    String program =
        """
        source "$0"
        COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _complete_connectome
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    Process bash =
        new ProcessBuilder("bash", "-c", program, script.toString(), typed)
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes());
    assertThat(bash.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void theScriptForFishHasEveryCommandWithItsOptionsAndIsQuoted() {
    assertThat(run("completion", "fish")).isZero();

    assertThat(out.toString().lines())
        .anyMatch(line -> line.startsWith("complete -c connectome -n '__connectome_at' -a runs"))
        .anyMatch(line -> line.contains("-n '__connectome_at runs' -a watch"))
        .anyMatch(line -> line.contains("-n '__connectome_in runs create' -l epochs -r"))
        .anyMatch(line -> line.contains("-l state-dir -r -F"))
        .allMatch(line -> line.replace("\\'", "").chars().filter(c -> c == '\'').count() % 2 == 0);
  }

  @Test
  void aMachineOnWhichThisTestRunsIsWellAndNothingIsLeftBehind(@TempDir Path folder)
      throws IOException {
    assertThat(run("doctor", "--state-dir", folder.resolve("none/yet").toString())).isZero();

    assertThat(out.toString()).contains("ok", "user", "folder", "none is up on");
    try (var entries = Files.list(folder)) {
      assertThat(entries).isEmpty();
    }
  }

  @Test
  void aFolderThatCannotHoldAPlatformIsAFailureWithTheRemedy() {
    assertThat(run("doctor", "--state-dir", "/proc/self/none")).isEqualTo(1);

    assertThat(out.toString()).containsPattern("failed +folder .*choose another --state-dir");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          runs lisst            | connectome: Unmatched argument at index 1: 'lisst' | Did you mean: runs list
          runs create --epoch 3 | connectome: Unknown options: '--epoch', '3'      | Possible solutions: --epochs
          runs list --limit x   | connectome: Invalid value for option '--limit'   | Try 'connectome runs list --help'.
          """)
  void whatWasTypedWrongIsSaidInThreeLinesAtMost(String typed, String message, String hint) {
    assertThat(run(typed.split(" "))).isEqualTo(2);

    assertThat(err.toString()).contains(message).contains(hint).contains("Try 'connectome");
    assertThat(err.toString().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void helpOfACommandIsPrintedByName() {
    assertThat(run("help", "doctor")).isZero();

    assertThat(out.toString()).contains("Usage: connectome doctor");
  }
}
