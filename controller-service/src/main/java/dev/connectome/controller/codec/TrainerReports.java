package dev.connectome.controller.codec;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.store.HeartbeatTable;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What trainers say of themselves, in the size in which it is kept. A trainer takes a refusal as an
 * order to end, so that what is too long is cut, and what cannot be printed is left out.
 */
public final class TrainerReports {

  private static final int MESSAGE = 4_096;
  private static final int URI = 4_096;
  private static final int METRICS = 256;
  private static final int METRIC_NAME = 256;

  private TrainerReports() {}

  /**
   * A progress as it is kept.
   *
   * @throws IllegalStateException if the bytes are not of one
   */
  public static TrainingProgress progress(byte[] bytes) {
    TrainingProgress.Builder progress;
    try {
      progress =
          DiscardUnknownFieldsParser.wrap(TrainingProgress.parser()).parseFrom(bytes).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a progress cannot be read", e);
    }
    Map<String, Double> metrics = metrics(progress.getMetricsMap());
    progress.clearMetrics().putAllMetrics(metrics);
    if (isUnprintable(progress.getTrainingTime())) {
      progress.clearTrainingTime();
    }
    if (isUnprintable(progress.getProbeTime())) {
      progress.clearProbeTime();
    }
    if (isUnprintable(progress.getPublicationTime())) {
      progress.clearPublicationTime();
    }
    if (isUnprintable(progress.getCheckpointTime())) {
      progress.clearCheckpointTime();
    }
    return progress.build();
  }

  /**
   * An outcome as it is kept.
   *
   * @throws IllegalStateException if the bytes are not of one
   */
  public static TrainingOutcome outcome(byte[] bytes) {
    TrainingOutcome.Builder outcome;
    try {
      outcome =
          DiscardUnknownFieldsParser.wrap(TrainingOutcome.parser()).parseFrom(bytes).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an outcome cannot be read", e);
    }
    Map<String, Double> metrics = metrics(outcome.getMetricsMap());
    outcome.clearMetrics().putAllMetrics(metrics);
    outcome.setFailureMessage(message(outcome.getFailureMessage()));
    // Half an address is none.
    if (outcome.getCheckpointUri().length() > URI) {
      outcome.clearCheckpointUri();
    }
    if (isUnprintable(outcome.getTrainingTime())) {
      outcome.clearTrainingTime();
    }
    if (isUnprintable(outcome.getProbeTime())) {
      outcome.clearProbeTime();
    }
    return outcome.build();
  }

  /** The beginning of a message for people. */
  public static String message(String text) {
    return text.length() <= MESSAGE
        ? text
        : "%s ... (%d characters)".formatted(Echo.cut(text, MESSAGE - 64), text.length());
  }

  /** The first metrics by name; those with names that are too long are left out. */
  private static Map<String, Double> metrics(Map<String, Double> reported) {
    Map<String, Double> kept = new TreeMap<>();
    reported.keySet().stream()
        .filter(name -> name.length() <= METRIC_NAME)
        .sorted()
        .limit(METRICS)
        .forEach(name -> kept.put(name, reported.get(name)));
    return kept;
  }

  /** A heartbeat as it is kept, with the progress that it brought. */
  public static HeartbeatTable.Heartbeat heartbeat(
      UUID runUid, int attempt, String instanceId, TrainingProgress reported) {
    TrainingProgress progress = progress(reported.toByteArray());
    return new HeartbeatTable.Heartbeat(
        runUid,
        attempt,
        instanceId,
        progress.toByteArray(),
        metricsJson(progress.getMetricsMap()),
        progress.getCompletedEpochs());
  }

  /** The finite ones of metrics as a JSON object that the database can store. */
  public static String metricsJson(Map<String, Double> metrics) {
    var object = Struct.newBuilder();
    metrics.forEach(
        (name, value) -> {
          if (Double.isFinite(value) && name.indexOf('\0') < 0) {
            object.putFields(name, Value.newBuilder().setNumberValue(value).build());
          }
        });
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(object);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("metrics cannot be printed", e);
    }
  }

  private static boolean isUnprintable(Duration duration) {
    return !Durations.isValid(duration);
  }
}
