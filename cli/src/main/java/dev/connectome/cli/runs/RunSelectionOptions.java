package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.RunState;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The runs that a command works on: some by their names, or many by what they have in common. */
final class RunSelectionOptions {
  @Parameters(arity = "0..*", paramLabel = "RUN", description = "Names or uids of runs.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--runs",
      split = ",",
      paramLabel = "SELECTION",
      description = {
        "All runs that match, instead of some by name: label=KEY=VALUE, prefix=TEXT or state=STATE;",
        "may be repeated, or separated by commas."
      })
  private List<String> selection = new ArrayList<>();

  /** The runs that are named; none if there is a selection. */
  List<String> names() {
    if (names.isEmpty() == selection.isEmpty()) {
      throw CommandFailure.badInput("name either runs or, with --runs, a selection of runs");
    }
    return names;
  }

  RunSelection selection() {
    var chosen = RunSelection.newBuilder();
    for (String term : selection) {
      String[] parts = term.split("=", 2);
      String value = parts.length == 2 ? parts[1] : "";
      switch (parts[0]) {
        case "label" -> {
          String[] label = value.split("=", 2);
          if (label.length < 2) {
            throw malformed(term);
          }
          chosen.putLabels(label[0], label[1]);
        }
        case "prefix" -> chosen.setIdPrefix(value);
        case "state" ->
            chosen.addStatesValue(EnumNames.parse("--runs state", RunState.getDescriptor(), value));
        default -> throw malformed(term);
      }
    }
    return chosen.build();
  }

  private static CommandFailure malformed(String term) {
    return CommandFailure.badInput(
        "--runs is '%s': it must be label=KEY=VALUE, prefix=TEXT or state=STATE, for instance label=demo=true"
            .formatted(term));
  }
}
