package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.RunEvent;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code connectome runs events}. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lists what happened to a run.")
final class EventsCommand extends RunCommand {
  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    List<RunEvent> events = client.events(run).toList();
    output.print(
        out,
        ListRunEventsResponse.newBuilder().addAllEvents(events).build(),
        events,
        RunTables.EVENTS);
    return 0;
  }
}
