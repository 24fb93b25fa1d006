package dev.connectome.cli.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The script for fish, for which picocli has none. */
final class FishCompletion {
  private static final String FUNCTIONS =
      """
      # What was typed so far, without options.
      function __%1$s_words
        string match -v -- '-*' (commandline -opc)[2..]
      end
      # Whether exactly these commands were typed.
      function __%1$s_at
        test (string join ' ' (__%1$s_words)) = "$argv"
      end
      # Whether these commands were typed, and maybe more.
      function __%1$s_in
        string match -q -- "$argv *" (string join ' ' (__%1$s_words))' '
      end
      complete -c %1$s -f
      """;

  private final String name;
  private final StringBuilder script = new StringBuilder();

  private FishCompletion(String name) {
    this.name = name;
  }

  static String script(CommandLine root) {
    var completion = new FishCompletion(root.getCommandName());
    completion.script.append(FUNCTIONS.formatted(completion.name));
    completion.add(root, List.of());
    return completion.script.toString();
  }

  private void add(CommandLine command, List<String> path) {
    String typed = String.join(" ", path);
    for (Map.Entry<String, CommandLine> sub : command.getSubcommands().entrySet()) {
      line("__%s_at %s".formatted(name, typed), "-a " + sub.getKey(), description(sub.getValue()));
    }
    if (!path.isEmpty()) {
      command.getCommandSpec().options().stream()
          .filter(option -> !option.hidden())
          .forEach(option -> add(option, typed));
    }
    command
        .getSubcommands()
        .forEach(
            (word, sub) -> {
              List<String> deeper = new ArrayList<>(path);
              deeper.add(word);
              add(sub, deeper);
            });
  }

  private void add(OptionSpec option, String typed) {
    var how = new StringBuilder("-l " + option.longestName().replaceFirst("^-+", ""));
    if (option.arity().max() > 0) {
      how.append(" -r");
      if (option.completionCandidates() != null) {
        List<String> values =
            StreamSupport.stream(option.completionCandidates().spliterator(), false).toList();
        how.append(" -a ").append(quoted(String.join(" ", values)));
      } else if (option.paramLabel().matches("FILE|DIR")) {
        how.append(" -F");
      }
    }
    line("__%s_in %s".formatted(name, typed), how.toString(), first(option.description()));
  }

  private void line(String condition, String how, String description) {
    script.append(
        "complete -c %s -n %s %s -d %s%n"
            .formatted(name, quoted(condition.strip()), how, quoted(description)));
  }

  private static String description(CommandLine command) {
    return first(command.getCommandSpec().usageMessage().description());
  }

  private static String first(String[] description) {
    return description.length == 0 ? "" : description[0].replaceAll("\\$\\{[^}]*}", "...");
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
