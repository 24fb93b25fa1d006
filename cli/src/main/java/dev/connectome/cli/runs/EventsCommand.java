package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code connectome runs events}. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lists what happened to a run.")
final class EventsCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  EventsCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    ListRunEventsRequest.Builder request =
        ListRunEventsRequest.newBuilder().setParent(RunNames.resource(run)).setPageSize(1000);
    ListRunEventsResponse.Builder all = ListRunEventsResponse.newBuilder();
    do {
      ListRunEventsResponse page = connection.calls().listRunEvents(request.build());
      all.addAllEvents(page.getEventsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    ListRunEventsResponse answer = all.build();
    output.print(out, answer, () -> RunTables.events(answer));
    return 0;
  }
}
