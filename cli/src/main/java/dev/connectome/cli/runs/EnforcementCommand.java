package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
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
      "Shows whether policies stop runs on this platform, or switches all of them at once.",
      "While enforcement is off, every decision is recorded and none stops a run, then or later. Stops",
      "under way and stops by people are carried out."
    })
final class EnforcementCommand extends ControllerCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "on|off",
      description = "What shall be; nothing changes without it.")
  private @Nullable String wanted;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Option(names = "--history", description = "List the changes: who made them, when and why.")
  private boolean history;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  EnforcementCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    if (history) {
      if (wanted != null) {
        throw CommandFailure.badInput("--history changes nothing: leave '" + wanted + "' out");
      }
      ListEnforcementChangesResponse changes = changes(connection);
      output.print(out, changes, () -> RunTables.enforcementChanges(changes));
      return 0;
    }
    Enforcement enforcement =
        wanted == null
            ? connection.calls().getEnforcement(GetEnforcementRequest.getDefaultInstance())
            : update(connection.calls(), wanted);
    output.print(out, enforcement, () -> List.of(sentence(enforcement)));
    return 0;
  }

  private static ListEnforcementChangesResponse changes(ConnectomeClient connection) {
    var request = ListEnforcementChangesRequest.newBuilder().setPageSize(1000);
    var all = ListEnforcementChangesResponse.newBuilder();
    do {
      ListEnforcementChangesResponse page =
          connection.calls().listEnforcementChanges(request.build());
      all.addAllChanges(page.getChangesList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return all.build();
  }

  private Enforcement update(TrainingRunServiceBlockingStub calls, String wanted) {
    boolean suspended =
        switch (wanted.toLowerCase(Locale.ROOT)) {
          case "on" -> false;
          case "off" -> true;
          default -> throw CommandFailure.badInput("'" + wanted + "' must be on or off");
        };
    return calls.updateEnforcement(
        UpdateEnforcementRequest.newBuilder()
            .setEnforcement(
                Enforcement.newBuilder()
                    .setSuspended(suspended)
                    .setReason(reason == null ? "" : reason))
            .build());
  }

  private static String sentence(Enforcement enforcement) {
    return "enforcement is %s since %s%s"
        .formatted(
            enforcement.getSuspended() ? "off: no policy stops a run," : "on,",
            RunTables.time(enforcement.getUpdateTime()),
            enforcement.getReason().isEmpty() ? "" : " (" + enforcement.getReason() + ")");
  }
}
