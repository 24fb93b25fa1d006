package dev.connectome.cli.pages;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.client.Signatures;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ReadSeriesRequest;
import dev.connectome.protos.run.v1.ReadSeriesResponse;
import dev.connectome.protos.run.v1.RecordedSeries;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SetLevels;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Runs as a controller tells of them: what its API answers to the page, by the paths it asks. */
final class FrozenRuns {
  private static final JsonFormat.Printer BRIEF =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final JsonFormat.Printer API = BRIEF.alwaysPrintFieldsWithNoPresence();
  private static final int MOST_SERIES = 64;
  private static final MathContext DIGITS = new MathContext(6);
  private static final MathContext LEVEL_DIGITS = new MathContext(3);

  private final ConnectomeClient client;
  private final ObjectNode answers = new ObjectMapper().createObjectNode();
  private final int points;

  private FrozenRuns(ConnectomeClient client, int points) {
    this.client = client;
    this.points = points;
  }

  /**
   * The data of a report.
   *
   * @param points the most points of a series
   */
  static String json(ConnectomeClient client, List<TrainingRun> runs, Instant time, int points) {
    ObjectNode data = new ObjectMapper().createObjectNode();
    data.put("time", time.toString());
    ArrayNode names = data.putArray("runs");
    FrozenRuns frozen = new FrozenRuns(client, points);
    for (TrainingRun run : runs) {
      names.add(RunNames.id(run));
      frozen.add(run);
    }
    data.set("answers", frozen.answers);
    return data.toString();
  }

  private void add(TrainingRun run) {
    String path = "/v1/" + run.getName();
    answer(path, API, run);
    List<RunEvent> events = client.events(run.getName()).toList();
    answer(
        path + "/events",
        API,
        ListRunEventsResponse.newBuilder()
            .addAllEvents(events.subList(Math.max(0, events.size() - points), events.size()))
            .build());
    answer(path + ":readSeries", API, series(run));
    ListSignaturesResponse levels = levels(run.getName());
    answer(path + "/signatures", levels.getSignaturesCount() == 0 ? API : BRIEF, levels);
  }

  private ReadSeriesResponse series(TrainingRun run) {
    List<String> recorded =
        run.getLowestMap().keySet().stream().sorted().limit(MOST_SERIES).toList();
    if (recorded.isEmpty()) {
      return ReadSeriesResponse.getDefaultInstance();
    }
    ReadSeriesResponse.Builder read =
        client
            .readSeries(
                ReadSeriesRequest.newBuilder()
                    .setName(run.getName())
                    .addAllSeries(recorded)
                    .setMaxPoints(points)
                    .build())
            .toBuilder();
    for (RecordedSeries.Builder one : read.getSeriesBuilderList()) {
      for (int i = 0; i < one.getValuesCount(); i++) {
        one.setValues(i, rounded(one.getValues(i), DIGITS));
      }
    }
    return read.build();
  }

  /** Of the signatures only what the images of births and deaths show, and as many as fit. */
  private ListSignaturesResponse levels(String name) {
    List<SignatureRecord> all =
        new ArrayList<>(Signatures.latest(client.signatures(name).toList()));
    all.removeIf(record -> !record.hasSignature());
    int shown = Math.min(all.size(), Math.max(2, points / 4));
    ListSignaturesResponse.Builder levels = ListSignaturesResponse.newBuilder();
    for (int i = 0; i < shown; i++) {
      SignatureRecord record =
          all.get((int) Math.round((double) i * (all.size() - 1) / Math.max(1, shown - 1)));
      SignatureRecord.Builder kept = SignatureRecord.newBuilder().setEpoch(record.getEpoch());
      kept.getSignatureBuilder()
          .setBirths(level(record.getSignature().getBirths()))
          .setDeaths(level(record.getSignature().getDeaths()));
      levels.addSignatures(kept);
    }
    return levels.build();
  }

  private static SetLevels level(SetLevels all) {
    SetLevels.Builder level = SetLevels.newBuilder();
    all.getQuantilesList()
        .forEach(quantile -> level.addQuantiles((float) rounded(quantile, LEVEL_DIGITS)));
    return level.build();
  }

  private static double rounded(double value, MathContext digits) {
    return Double.isFinite(value) ? new BigDecimal(value).round(digits).doubleValue() : value;
  }

  private void answer(String path, JsonFormat.Printer printer, Message message) {
    try {
      answers.putRawValue(path, new RawValue(printer.print(message)));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }
}
