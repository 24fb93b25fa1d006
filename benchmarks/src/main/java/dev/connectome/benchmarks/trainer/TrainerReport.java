package dev.connectome.benchmarks.trainer;

import com.google.common.math.Quantiles;
import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.trainer.TrainerBench.Measurement;
import dev.connectome.cli.report.Bootstrap;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What observing, or an average of the weights, costs. Numbers are medians over the repetitions.
 * Cost is compared within each repetition, between two runs one after the other, so that a machine
 * that slows down matters less.
 *
 * @param data the folder of images, or {@code embedded}
 * @param bare the training alone, with one checkpoint at its end
 * @param observed with a snapshot and a checkpoint after every epoch, or with an average of the
 *     weights, as the plan says
 * @param cost how much longer an observed epoch takes, as a fraction, with 95 % confidence
 * @param costOfParts the same from the observed runs alone: time in probe and checkpoints by time
 *     in training steps
 * @param memoryRatio peak memory, observed by bare
 * @param sameTraining whether all runs ended with the same loss, to the bit
 * @param droppedSnapshots snapshots that were not published
 */
record TrainerReport(
    Machine machine,
    TrainerPlan plan,
    String data,
    Timing bare,
    Timing observed,
    Bootstrap.MedianEstimate cost,
    double costOfParts,
    double memoryRatio,
    boolean sameTraining,
    long droppedSnapshots)
    implements BenchReport {

  /**
   * One way of training; seconds are per epoch.
   *
   * @param secondsPerEpoch on the training thread
   * @param fastest repetition
   * @param slowest repetition
   * @param trainingSeconds of that in training steps
   * @param probeSeconds of that in passes over the probe set
   * @param checkpointSeconds of that waiting for checkpoints
   * @param publicationSeconds concurrently with the training
   * @param processCpuSeconds processor time of the whole process
   */
  record Timing(
      double secondsPerEpoch,
      double fastest,
      double slowest,
      double trainingSeconds,
      double probeSeconds,
      double checkpointSeconds,
      double publicationSeconds,
      double processCpuSeconds,
      long peakResidentBytes) {

    private static Timing of(List<Measurement> all) {
      List<Double> epochs = all.stream().map(Measurement::secondsPerEpoch).sorted().toList();
      return new Timing(
          median(epochs.stream()),
          epochs.get(0),
          epochs.get(epochs.size() - 1),
          median(all.stream().map(Measurement::trainingSeconds)),
          median(all.stream().map(Measurement::probeSeconds)),
          median(all.stream().map(Measurement::checkpointSeconds)),
          median(all.stream().map(Measurement::publicationSeconds)),
          median(all.stream().map(Measurement::processCpuSeconds)),
          (long) median(all.stream().map(one -> (double) one.peakResidentBytes())));
    }

    private String line() {
      return "%.1f ms an epoch (%.1f to %.1f): training %.1f, probe %.1f, checkpoints %.1f; concurrently publication %.1f; process %.1f s CPU, peak %.0f MiB"
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
      List<Measurement> bare,
      List<Measurement> observed) {
    Timing without = Timing.of(bare);
    Timing with = Timing.of(observed);
    return new TrainerReport(
        machine,
        plan,
        images == null ? "embedded" : images.toString(),
        without,
        with,
        cost(bare, observed),
        median(observed.stream().map(one -> one.secondsPerEpoch() / one.trainingSeconds() - 1)),
        (double) with.peakResidentBytes() / without.peakResidentBytes(),
        Stream.concat(bare.stream(), observed.stream())
                .map(Measurement::trainLoss)
                .distinct()
                .count()
            == 1,
        observed.stream().mapToLong(Measurement::droppedSnapshots).sum());
  }

  private static Bootstrap.MedianEstimate cost(List<Measurement> bare, List<Measurement> observed) {
    return Bootstrap.median(
        IntStream.range(0, bare.size())
            .mapToObj(i -> observed.get(i).secondsPerEpoch() / bare.get(i).secondsPerEpoch() - 1)
            .toList());
  }

  private static double median(Stream<Double> values) {
    return Quantiles.median().compute(values.toList());
  }

  @Override
  public boolean passed() {
    return sameTraining && droppedSnapshots == 0;
  }

  @Override
  public List<String> lines() {
    return List.of(
        "machine       " + machine,
        "training      %s, %d images (%s), %d epochs, probe of %d, %d repetitions, with %s"
            .formatted(
                plan.model(),
                plan.images(),
                data,
                plan.epochs(),
                plan.samples(),
                plan.repetitions(),
                plan.services() ? "the whole platform" : "the broker"),
        "bare          " + bare.line(),
        "%-14s".formatted(plan.addition()) + observed.line(),
        "cost          %.1f %% of the time (95 %%: %.1f to %.1f); probe and checkpoints alone %.1f %%"
            .formatted(100 * cost.median(), 100 * cost.low(), 100 * cost.high(), 100 * costOfParts),
        "memory        %.2f times".formatted(memoryRatio),
        sameTraining
            ? "check         the same loss at the end, to the bit; dropped snapshots: "
                + droppedSnapshots
            : "check         THE TRAINING RUNS DIFFER");
  }
}
