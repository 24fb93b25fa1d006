package dev.connectome.benchmarks.trainer;

import com.google.common.math.Quantiles;
import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.trainer.TrainerBench.Measured;
import dev.connectome.cli.report.Bootstrap;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What observing costs; the JSON that is printed. Numbers are medians over the repetitions. The
 * cost is compared within each: of two trainings, one after the other, so that a machine that
 * becomes slower meanwhile counts less.
 *
 * @param machine where and when
 * @param plan what was trained
 * @param data the folder of images, or that they were those embedded in the trainer
 * @param bare the training alone, with one checkpoint at its end
 * @param observed the same with a snapshot and a checkpoint after every epoch
 * @param cost how much longer an epoch takes when observed, as a part of one that is not, and where
 *     that lies with 95 % confidence
 * @param costOfParts the same from the observed trainings alone: the time in probe and checkpoints
 *     as a part of the time in training steps
 * @param memoryRatio peak memory observed by that of the training alone
 * @param sameTraining whether all trainings ended with the same loss, to the bit
 * @param droppedSnapshots snapshots that were not published
 */
record TrainerReport(
    Machine machine,
    TrainerPlan plan,
    String data,
    Side bare,
    Side observed,
    Bootstrap.MedianEstimate cost,
    double costOfParts,
    double memoryRatio,
    boolean sameTraining,
    long droppedSnapshots) {

  /**
   * One way of training.
   *
   * @param secondsPerEpoch on the training thread
   * @param fastest of the repetitions
   * @param slowest of the repetitions
   * @param trainingSeconds of that in training steps
   * @param probeSeconds of that in passes over the probe set
   * @param checkpointSeconds of that waiting for checkpoints
   * @param publicationSeconds an epoch, beside the training
   * @param processCpuSeconds processor time of the whole process
   * @param peakResidentBytes the most resident memory of the process
   */
  record Side(
      double secondsPerEpoch,
      double fastest,
      double slowest,
      double trainingSeconds,
      double probeSeconds,
      double checkpointSeconds,
      double publicationSeconds,
      double processCpuSeconds,
      long peakResidentBytes) {

    private static Side of(List<Measured> all) {
      List<Double> epochs = all.stream().map(Measured::secondsPerEpoch).sorted().toList();
      return new Side(
          median(epochs.stream()),
          epochs.get(0),
          epochs.get(epochs.size() - 1),
          median(all.stream().map(Measured::trainingSeconds)),
          median(all.stream().map(Measured::probeSeconds)),
          median(all.stream().map(Measured::checkpointSeconds)),
          median(all.stream().map(Measured::publicationSeconds)),
          median(all.stream().map(Measured::processCpuSeconds)),
          (long) median(all.stream().map(one -> (double) one.peakResidentBytes())));
    }

    private String line() {
      return "%.1f ms an epoch (%.1f to %.1f): training %.1f, probe %.1f, checkpoints %.1f; beside it publication %.1f; process %.1f s CPU, peak %.0f MiB"
          .formatted(
              1e3 * secondsPerEpoch,
              1e3 * fastest,
              1e3 * slowest,
              1e3 * trainingSeconds,
              1e3 * probeSeconds,
              1e3 * checkpointSeconds,
              1e3 * publicationSeconds,
              processCpuSeconds,
              peakResidentBytes / 1048576.0);
    }
  }

  static TrainerReport of(
      Machine machine,
      TrainerPlan plan,
      @Nullable Path images,
      List<Measured> bare,
      List<Measured> observed) {
    Side without = Side.of(bare);
    Side with = Side.of(observed);
    return new TrainerReport(
        machine,
        plan,
        images == null ? "embedded" : images.toString(),
        without,
        with,
        cost(bare, observed),
        median(observed.stream().map(one -> one.secondsPerEpoch() / one.trainingSeconds() - 1)),
        (double) with.peakResidentBytes() / without.peakResidentBytes(),
        Stream.concat(bare.stream(), observed.stream()).map(Measured::trainLoss).distinct().count()
            == 1,
        observed.stream().mapToLong(Measured::droppedSnapshots).sum());
  }

  private static Bootstrap.MedianEstimate cost(List<Measured> bare, List<Measured> observed) {
    return Bootstrap.median(
        IntStream.range(0, bare.size())
            .mapToObj(i -> observed.get(i).secondsPerEpoch() / bare.get(i).secondsPerEpoch() - 1)
            .toList());
  }

  private static double median(Stream<Double> values) {
    return Quantiles.median().compute(values.toList());
  }

  /** Whether what was compared was the same training, and all of it was observed. */
  boolean isRight() {
    return sameTraining && droppedSnapshots == 0;
  }

  /** The report for people. */
  List<String> lines() {
    return List.of(
        "machine       " + machine,
        "training      %s, %d images (%s), %d epochs, probe of %d, %d repetitions, beside %s"
            .formatted(
                plan.model(),
                plan.images(),
                data,
                plan.epochs(),
                plan.samples(),
                plan.repetitions(),
                plan.services() ? "the whole platform" : "the broker"),
        "not observed  " + bare.line(),
        "observed      " + observed.line(),
        "cost          %.1f %% of the time (95 %%: %.1f to %.1f); probe and checkpoints by themselves %.1f %%"
            .formatted(100 * cost.median(), 100 * cost.low(), 100 * cost.high(), 100 * costOfParts),
        "memory        %.2f times".formatted(memoryRatio),
        sameTraining
            ? "check         the same loss at the end, to the bit; dropped snapshots: "
                + droppedSnapshots
            : "check         THE TRAININGS DIFFER");
  }
}
