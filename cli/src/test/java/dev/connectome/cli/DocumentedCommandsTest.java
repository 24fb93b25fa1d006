package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Commands that documents show are ones that the command line takes. */
class DocumentedCommandsTest {

  private static final Path ROOT = Path.of("..");

  /** Commands of other modules. */
  private static final Set<String> ELSEWHERE = Set.of("bench", "experiment");

  private static final Pattern INLINE = Pattern.compile("`((?:\\./)?connectome [^`]+)`");

  @Test
  void everyCommandInABlockOfShellIsOneThatCanBeRun() throws Exception {
    List<String> problems = new ArrayList<>();
    int commands = 0;
    for (Path document : documents()) {
      for (String line : ShellBlocks.lines(Files.readString(document))) {
        if (line.startsWith("./connectome ")) {
          commands++;
          check(document, line, problems);
        }
      }
    }

    assertThat(problems).isEmpty();
    assertThat(commands).isGreaterThan(15);
  }

  @Test
  void everyCommandThatTheTextMentionsExistsWithItsOptions() throws Exception {
    List<String> problems = new ArrayList<>();
    for (Path document : documents()) {
      String prose = ShellBlocks.prose(Files.readString(document));
      for (String command : INLINE.matcher(prose).results().map(found -> found.group(1)).toList()) {
        if (!command.contains("…")) {
          check(document, command, problems);
        }
      }
    }

    assertThat(problems.stream().filter(problem -> !problem.contains("Missing required")))
        .isEmpty();
  }

  private static void check(Path document, String command, List<String> problems) {
    List<String> words = ShellBlocks.words(command);
    if (words.size() < 2 || ELSEWHERE.contains(words.get(1))) {
      return;
    }
    try {
      Main.commandLine().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    } catch (MissingParameterException e) {
      problems.add("%s: %s: Missing required %s".formatted(document, command, e.getMissing()));
    } catch (ParameterException e) {
      problems.add("%s: %s: %s".formatted(document, command, e.getMessage()));
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(Stream.of(ROOT.resolve("README.md")), files)
          .filter(file -> file.toString().endsWith(".md"))
          .toList();
    }
  }
}
