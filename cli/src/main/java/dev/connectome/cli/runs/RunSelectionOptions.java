package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The runs that a command works on: one by its name, or many by what they have in common. */
final class RunSelectionOptions {
  @Parameters(arity = "0..1", paramLabel = "RUN", description = "Name or uid of the run.")
  private @Nullable String run;

  @Option(
      names = "--runs",
      split = ",",
      paramLabel = "SELECTION",
      description = {
        "All runs that match, instead of one by name: label=KEY=VALUE, prefix=TEXT or state=STATE;",
        "may be repeated, or separated by commas."
      })
  private List<String> selection = new ArrayList<>();

  /** The name of the one run; empty if there is a selection. */
  Optional<String> singleRun() {
    if ((run == null) == selection.isEmpty()) {
      throw CommandFailure.badInput("name either a run or, with --runs, a selection of runs");
    }
    return Optional.ofNullable(run);
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
