package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.Latencies;
import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.harness.ProcessUsage;
import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.benchmarks.pipeline.PipelineReport.Phase;
import dev.connectome.benchmarks.pipeline.PipelineReport.Throughput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The phases of the benchmark: the broker alone, then the service at full speed and at a rate, each
 * after a warm-up. Signatures are checked against the library last, when nothing is timed.
 */
final class PipelineBench {
  /** By then the JIT compilers of all processes have done most of their work. */
  private static final int WARM_UP_EPOCHS = 20;

  private static final double PACED_SECONDS = 30;

  private final Target target;
  private final PipelinePlan plan;
  private final Consumer<String> progress;
  private final Activations activations;
  private final List<PublishedRun> published = new ArrayList<>();
  private int runs;

  PipelineBench(Target target, PipelinePlan plan, Consumer<String> progress) {
    this.target = target;
    this.plan = plan;
    this.progress = progress;
    this.activations = Activations.of(plan);
  }

  /** Runs all phases; {@code startToReady} is null if the start of the service was not measured. */
  PipelineReport run(@Nullable Duration startToReady) {
    SnapshotRecords records = new SnapshotRecords(plan, activations);
    try (Publisher publisher = new Publisher(target.bootstrapServers(), records);
        SignatureCollector signatures =
            new SignatureCollector(target.bootstrapServers(), target.signaturesTopic())) {
      PipelinePlan warmUp = atFullSpeed(Math.min(plan.epochs(), WARM_UP_EPOCHS));
      progress.accept("measuring what the broker delivers to a bare consumer ...");
      Throughput ceiling =
          new BrokerThroughput(target, plan, progress)
              .measure(publisher, warmUp, atFullSpeed(plan.epochs()), signatures.partitions());
      progress.accept("warming up ...");
      publishAndAwait(publisher, signatures, warmUp);
      Phase fullSpeed = null;
      double rate = plan.rate();
      int epochs = plan.epochs();
      if (rate == 0) {
        progress.accept("measuring at full speed ...");
        fullSpeed = publishAndAwait(publisher, signatures, atFullSpeed(plan.epochs()));
        rate = fullSpeed.throughput().snapshotsPerSecond() / 2;
        epochs = Math.max(2, Math.min(epochs, (int) (rate * PACED_SECONDS / plan.runs())));
      }
      progress.accept("measuring at %.1f snapshots/s ...".formatted(rate));
      Phase paced = publishAndAwait(publisher, signatures, plan.with(rate, epochs));
      long peak = target.service().map(ProcessUsage::peakResidentBytes).orElse(0L);
      endRuns(publisher);
      signatures.drain();
      return report(startToReady, signatures, ceiling, fullSpeed, paced, peak);
    }
  }

  private PipelinePlan atFullSpeed(int epochs) {
    return plan.with(0, epochs);
  }

  /** Publishes new runs from their first epoch to their last and waits for all signatures. */
  private Phase publishAndAwait(
      Publisher publisher, SignatureCollector signatures, PipelinePlan phase) {
    List<SyntheticRun> group = SyntheticRun.create(plan.runs(), runs);
    runs += group.size();
    group.forEach(run -> published.add(new PublishedRun(run, phase.epochs())));
    signatures.expect(group);
    int before = signatures.arrivals().size();
    int snapshots = group.size() * phase.epochs();
    double cpu = cpuSeconds();
    double restCpu = ProcessUsage.ofThisProcess().cpuSeconds();
    long start = System.nanoTime();
    Publisher.Publication publication = publisher.publish(target.activationsTopic(), group, phase);
    signatures.await(
        before + snapshots, publication, new Progress(progress, "signatures", before, snapshots));
    Latencies latencies = new Latencies();
    long end = start + 1;
    for (SyntheticRun run : group) {
      for (int epoch = 1; epoch <= phase.epochs(); epoch++) {
        SnapshotId id = SnapshotId.of(run, epoch);
        SignatureCollector.Arrival arrival = signatures.arrivals().get(id);
        Long acknowledged = publication.acknowledged().get(id);
        if (arrival != null && acknowledged != null) {
          latencies.add(Duration.ofNanos(arrival.nanoTime() - acknowledged));
          end = Math.max(end, arrival.nanoTime());
        }
      }
    }
    int arrived = signatures.arrivals().size() - before;
    return new Phase(
        Throughput.of(arrived, plan.snapshotBytes(), end - start),
        phase.rate() > 0 ? phase.rate() : null,
        latencies.percentiles(),
        (cpuSeconds() - cpu) / snapshots,
        (ProcessUsage.ofThisProcess().cpuSeconds() - restCpu) / snapshots);
  }

  private double cpuSeconds() {
    return target.service().map(ProcessUsage::cpuSeconds).orElse(0.0);
  }

  private void endRuns(Publisher publisher) {
    for (PublishedRun one : published) {
      publisher.publish(
          target.activationsTopic(), one.run(), SnapshotRecords.end(one.run(), one.epochs()));
    }
    publisher.flush();
  }

  private PipelineReport report(
      @Nullable Duration startToReady,
      SignatureCollector signatures,
      Throughput ceiling,
      @Nullable Phase fullSpeed,
      Phase paced,
      long peak) {
    progress.accept("checking every signature against the library ...");
    LibraryCheck check = new LibraryCheck(plan, activations);
    List<LibraryCheck.Findings> findings =
        published.parallelStream()
            .map(one -> check.check(one.run(), one.epochs(), signatures.arrivals()))
            .toList();
    List<String> mismatches =
        findings.stream().flatMap(found -> found.mismatches().stream()).toList();
    mismatches.stream().limit(1).forEach(progress);
    return new PipelineReport(
        Machine.current(),
        new PipelineReport.Load(
            plan.runs(),
            plan.neurons(),
            plan.samples(),
            plan.epochs(),
            plan.batches(),
            plan.snapshotBytes(),
            signatures.partitions(),
            plan.seed()),
        ceiling,
        fullSpeed,
        fullSpeed == null
            ? null
            : fullSpeed.throughput().snapshotsPerSecond() / ceiling.snapshotsPerSecond(),
        paced,
        new PipelineReport.Service(
            startToReady == null ? null : startToReady.toMillis() / 1e3, peak),
        published.stream().mapToInt(PublishedRun::epochs).sum(),
        mismatches.size(),
        findings.stream().mapToInt(LibraryCheck.Findings::missing).sum(),
        signatures.duplicates());
  }

  private record PublishedRun(SyntheticRun run, int epochs) {}
}
