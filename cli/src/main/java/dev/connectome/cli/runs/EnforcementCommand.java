package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs enforcement}. */
@Command(
    name = "enforcement",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows whether policies stop runs on this platform, or switches all of them on or off.",
      "Decisions made while enforcement is off are recorded and never stop a run. Stops that are"
          + " under way and stops by people are carried out."
    })
final class EnforcementCommand extends ControllerCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "on|off",
      description = "The new state; without it nothing changes.")
  private @Nullable String state;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private String reason = "";

  @Option(names = "--history", description = "List the changes: who made them, when and why.")
  private boolean history;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) {
    if (history) {
      if (state != null) {
        throw CommandFailure.badInput("--history changes nothing: leave '" + state + "' out");
      }
      List<Enforcement> changes = client.enforcementChanges().toList();
      output.print(
          out,
          ListEnforcementChangesResponse.newBuilder().addAllChanges(changes).build(),
          changes,
          RunTables.ENFORCEMENT_CHANGES);
      return 0;
    }
    Enforcement enforcement =
        state == null ? client.enforcement() : client.updateEnforcement(suspended(state), reason);
    output.print(
        out, enforcement, RunTables.ENFORCEMENT_CHANGES, () -> List.of(sentence(enforcement)));
    return 0;
  }

  private static boolean suspended(String state) {
    return switch (state.toLowerCase(Locale.ROOT)) {
      case "on" -> false;
      case "off" -> true;
      default -> throw CommandFailure.badInput("'" + state + "' must be on or off");
    };
  }

  private static String sentence(Enforcement enforcement) {
    return "enforcement is %s since %s%s"
        .formatted(
            enforcement.getSuspended() ? "off: no policy stops a run," : "on,",
            RunTables.time(enforcement.getUpdateTime()),
            enforcement.getReason().isEmpty() ? "" : " (" + enforcement.getReason() + ")");
  }
}
