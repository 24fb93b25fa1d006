package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is refused without a controller. */
class RunsCommandTest {
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          list --endpoint controller      | --endpoint: the endpoint is 'controller': it must be HOST:PORT
          list --state running,gone       | --state is 'gone': it must be one of pending, starting, running, stopping, lost, stopped, completed, failed
          list --limit 0                  | --limit is 0: it must be at least 1
          create --launcher me            | --launcher is 'me': it must be one of local, external, kubernetes
          create --policy sometimes       | 'sometimes' is not a stopping rule
          create --keep last              | --keep is 'last': it must be one of epoch, best, average
          create --toleration :x          | --toleration is ':x': it must be KEY, KEY=VALUE, KEY:EFFECT or KEY=VALUE:EFFECT
          stop a --mode now               | --mode is 'now': it must be one of graceful, immediate, end-of-epoch
          stop                            | name either runs or, with --runs, a selection of runs
          stop a --dry-run                | --dry-run is for a selection of runs: give it with --runs
          stop --runs prefix=a --wait     | --wait follows one run: give it without --runs
          stop --runs name=a              | --runs is 'name=a': it must be label=KEY=VALUE, prefix=TEXT or state=STATE
          resume a --policy maybe         | --policy is 'maybe': it must be one of keep, shadow
          resume a --rearm-after 0        | --rearm-after is 0: it must be 1 to 100000
          resume a --rearm-after 3 --policy shadow | leave out --policy shadow
          update a                        | nothing to change: give --policy, --shadow, --no-shadows, --enforce or --epochs
          update a --enforce b --policy never | --enforce exchanges two policies of the run
          update a --no-shadows --shadow never | --no-shadows removes all shadow policies: leave --shadow out
          enforcement maybe               | 'maybe' must be on or off
          enforcement off --history       | --history changes nothing: leave 'off' out
          """)
  void badInputIsNamedWithTheRemedy(String command, String message) {
    String line = command.contains("--endpoint") ? command : command + " --endpoint localhost:1";

    assertThat(run(("runs " + line).split(" "))).isEqualTo(2);

    assertThat(err.toString()).startsWith("connectome: ").contains(message);
  }

  @Test
  void aControllerThatIsNotThereIsAFailureAndNoBadInput() {
    assertThat(run("runs", "resume", "a", "--endpoint", "localhost:1")).isEqualTo(1);

    assertThat(err.toString()).contains("the controller cannot be reached");
  }
}
