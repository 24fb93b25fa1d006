package dev.connectome.controller.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.controller.report.EpochReport;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.trainer.v1.ReportedActivations;
import java.util.function.BiConsumer;

/** What the fields of a part of a snapshot must be to one another, and to the service. */
final class ReportRules {

  private static final long PART_BYTES = 900L << 10;
  private static final long SNAPSHOT_BYTES = 256L << 20;
  private static final int PARTS = 1_024;
  private static final int LAYER_NAME_BYTES = 64 << 10;

  /** Of a number below 2^31 in base 128. */
  private static final int CLASS_BYTES = 5;

  private ReportRules() {}

  static void check(ReportedActivations activations, BiConsumer<String, String> problems) {
    int samples = activations.getSnapshotSamples();
    int neurons = activations.getNeuronCount();
    if (samples < 2 || neurons < 2 || activations.getPartSamples() < 0) {
      // That alone is refused, and nothing follows from it.
      return;
    }
    if ((long) samples * neurons * Float.BYTES > SNAPSHOT_BYTES) {
      problems.accept(
          "neuron_count",
          "times snapshot_samples times 4 must be at most %d bytes, not %d; observe fewer neurons"
              .formatted(SNAPSHOT_BYTES, (long) samples * neurons * Float.BYTES));
    }
    if (EpochReport.parts(activations) > PARTS) {
      problems.accept(
          "part_samples",
          "must make at most %d parts, not %d".formatted(PARTS, EpochReport.parts(activations)));
    }
    int part = EpochReport.partSamples(activations);
    int first = activations.getFirstSample();
    if (first < 0 || first >= samples || first % part != 0) {
      problems.accept(
          "first_sample",
          "must be a multiple of part_samples, %d, below %d, not %d"
              .formatted(part, samples, first));
    } else {
      checkPart(activations, problems);
    }
    checkLayers(activations, problems);
  }

  private static void checkPart(
      ReportedActivations activations, BiConsumer<String, String> problems) {
    int rows = EpochReport.samples(activations);
    int classes = activations.getPredictedClassesCount();
    if (classes != 0 && classes != rows) {
      problems.accept(
          "predicted_classes",
          "must be %d numbers, one for each row, or none, not %d".formatted(rows, classes));
    }
    long rowBytes =
        (long) activations.getNeuronCount() * Float.BYTES + (classes == 0 ? 0 : CLASS_BYTES);
    if (rows * rowBytes > PART_BYTES) {
      problems.accept(
          "part_samples",
          "must be at most %d, which make %d bytes as float32 with their classes, not %d; send more parts"
              .formatted(PART_BYTES / rowBytes, PART_BYTES, rows));
    }
    long expected = EpochReport.valueBytes(activations);
    if (activations.getValues().size() != expected) {
      problems.accept(
          "values",
          "must be %d bytes, %d rows of %d neurons, not %d"
              .formatted(
                  expected, rows, activations.getNeuronCount(), activations.getValues().size()));
    }
  }

  private static void checkLayers(
      ReportedActivations activations, BiConsumer<String, String> problems) {
    long neurons =
        activations.getLayersList().stream().mapToLong(ActivationLayer::getNeurons).sum();
    if (activations.getLayersCount() > 0 && neurons != activations.getNeuronCount()) {
      problems.accept(
          "layers",
          "must have neuron_count neurons together, %d, not %d"
              .formatted(activations.getNeuronCount(), neurons));
    }
    long names =
        activations.getLayersList().stream()
            .mapToLong(layer -> layer.getName().getBytes(UTF_8).length)
            .sum();
    if (names > LAYER_NAME_BYTES) {
      problems.accept(
          "layers",
          "must have names of at most %d bytes together, not %d"
              .formatted(LAYER_NAME_BYTES, names));
    }
  }
}
