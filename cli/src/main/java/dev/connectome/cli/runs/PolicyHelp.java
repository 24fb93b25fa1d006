package dev.connectome.cli.runs;

import dev.connectome.client.policy.PolicySyntax;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** What a policy may be made of, for the help of the commands that take one. */
public final class PolicyHelp {
  private static final List<String> COMMANDS = List.of("create", "update", "replay");
  private static final String SERIES =
      "Series to monitor: neighbourDisagreement, treeDisagreement, neighbourTurnover,"
          + " predictedClassConcentration, connectomeDistance, deathDistance, birthDistance and"
          + " topologicalDistance (these three also with Rms or FromFirst after the name),"
          + " birthMean, deathMean, and every metric that the trainer reports, such as trainLoss.";

  private PolicyHelp() {}

  /** Adds the rules with their settings, and the series, to the help of commands below runs. */
  public static void addTo(CommandLine line) {
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              if (name.equals("runs")) {
                addTo(command);
              } else if (COMMANDS.contains(name)) {
                command
                    .getCommandSpec()
                    .usageMessage()
                    .footerHeading("%nRules and their settings:%n")
                    .footer(lines());
              }
            });
  }

  private static String[] lines() {
    List<String> lines = new ArrayList<>();
    PolicySyntax.rules().forEach(rule -> lines.add("  " + rule));
    lines.add(SERIES);
    return lines.toArray(String[]::new);
  }
}
