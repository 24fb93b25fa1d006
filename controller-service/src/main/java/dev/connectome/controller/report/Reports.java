package dev.connectome.controller.report;

import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.lifecycle.Heartbeats.Reply;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes reports of epochs: each is a heartbeat first, and then a record for the broker. */
public final class Reports {

  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

  private final Heartbeats heartbeats;
  private final ActivationRelay relay;

  public Reports(Heartbeats heartbeats, ActivationRelay relay) {
    this.heartbeats = heartbeats;
    this.relay = relay;
  }

  /** The answer to a report. */
  public record Answer(Reply reply, List<String> warnings) {}

  /**
   * Completes once the broker has stored what was reported. Fails with a {@link
   * dev.connectome.controller.lifecycle.RunException} as a heartbeat does, or if it was not stored.
   */
  public CompletableFuture<Answer> take(EpochReport report) {
    return heartbeats
        .submit(
            TrainerReports.heartbeat(
                report.runUid(),
                report.message().getAttempt(),
                report.message().getInstanceId(),
                report.progress()))
        .thenCompose(
            reply ->
                store(report)
                    .thenApply(
                        stored ->
                            new Answer(
                                reply,
                                MonitorNames.missing(reply.definition(), report.message()))));
  }

  private CompletableFuture<Void> store(EpochReport report) {
    if (!report.message().hasActivations() && report.message().getMetricsCount() == 0) {
      return CompletableFuture.completedFuture(null);
    }
    return relay.send(
        report.runUid(),
        2 * report.message().getActivations().getValues().size(),
        () -> report.record().orElseThrow());
  }

  /**
   * Says that an attempt reports nothing more. What is kept for it is dropped later if the broker
   * is away.
   */
  public void end(UUID runUid, int attempt, int finalEpoch) {
    var unused =
        relay
            .send(runUid, 0, () -> EpochReport.end(runUid, attempt, finalEpoch))
            .exceptionally(
                failure -> {
                  LOG.info("end of attempt not published runId={} attempt={}", runUid, attempt);
                  return null;
                });
  }
}
