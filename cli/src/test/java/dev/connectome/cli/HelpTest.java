package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.client.policy.PolicySyntax;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Help that fits its terminal, with examples that the command line takes. */
class HelpTest {

  /** Commands of modules that are not on the class path here. */
  private static final Set<String> OF_OTHERS = Set.of("bench", "experiment");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  /** A command whose output is words of another. */
  private static final Pattern INNER = Pattern.compile("\\$\\(([^)]*)\\)");

  private final CommandLine line = Main.commandLine();

  private static List<String> words(String command) {
    String plain =
        command.replaceFirst("^(\\./)?connectome ", "").replaceFirst("\\s+(#|\\||>|2>|&).*$", "");
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(plain);
    while (word.find()) {
      words.add(
          word.group(1) != null
              ? word.group(1)
              : word.group(2) != null ? word.group(2) : word.group(3));
    }
    return words;
  }

  /** What the command line says to a command; empty if it takes it. */
  private String problem(String command) {
    for (MatchResult inner : INNER.matcher(command).results().toList()) {
      String problem = problem(inner.group(1));
      if (!problem.isEmpty()) {
        return problem;
      }
    }
    List<String> words = words(INNER.matcher(command).replaceAll("some-name"));
    if (words.isEmpty() || OF_OTHERS.contains(words.get(0))) {
      return "";
    }
    try {
      policies(line.parseArgs(words.toArray(String[]::new)));
      return "";
    } catch (CommandLine.ParameterException | IllegalArgumentException e) {
      return command + ": " + e.getMessage();
    }
  }

  private static void policies(ParseResult parsed) {
    for (ParseResult level = parsed; level != null; level = level.subcommand()) {
      for (OptionSpec option : level.matchedOptions()) {
        if (Set.of("--policy", "--shadow").contains(option.longestName())
            && !level.commandSpec().name().equals("resume")) {
          option.stringValues().forEach(PolicySyntax::parse);
        }
      }
    }
  }

  private static Stream<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(HelpTest::withSubcommands));
  }

  private static String help(CommandLine command, int width) {
    var text = new StringWriter();
    command.setUsageHelpWidth(width).usage(new PrintWriter(text), CommandLine.Help.Ansi.OFF);
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200})
  void everyHelpFitsTheTerminalAndItsExamplesAreTaken(int width) {
    List<String> problems = new ArrayList<>();
    withSubcommands(line)
        .forEach(
            command -> {
              String name = command.getCommandSpec().qualifiedName();
              help(command, width)
                  .lines()
                  .filter(text -> text.length() > width)
                  .forEach(text -> problems.add(name + " is too wide: " + text));
              for (String example : command.getCommandSpec().usageMessage().footer()) {
                if (example.strip().startsWith("connectome ")) {
                  String typed = example.strip().replaceFirst("   .*", "");
                  String problem = problem(typed);
                  if (!problem.isEmpty()) {
                    problems.add(name + ": " + problem);
                  }
                }
              }
            });
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "update", "replay"})
  void theHelpOfWhatTakesAPolicyHasEveryRuleWithItsSettingsAndTheSeries(String command) {
    String help =
        withSubcommands(line)
            .filter(
                each -> each.getCommandSpec().qualifiedName().equals("connectome runs " + command))
            .map(each -> help(each, 200))
            .findFirst()
            .orElseThrow();

    assertThat(PolicySyntax.rules()).hasSizeGreaterThan(6);
    assertThat(help.replaceAll("\\s+", " "))
        .contains(PolicySyntax.rules())
        .contains("min-relative-drop", "connectomeDistance", "neighbourTurnover");
  }
}
