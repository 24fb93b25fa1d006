package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.harness.ProcessUsage;
import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.benchmarks.pipeline.OpenRunsReport.Step;
import dev.connectome.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Opens more and more runs and measures what the service holds for them. Each run has a first and a
 * previous connectome, and a snapshot with all batches but the last.
 */
final class OpenRunsBench {
  private static final int STEPS = 10;
  private static final int SIGNED_EPOCHS = 2;

  private final Target target;
  private final PipelinePlan plan;
  private final Consumer<String> progress;
  private final SnapshotRecords records;

  OpenRunsBench(Target target, PipelinePlan plan, Consumer<String> progress) {
    this.target = target;
    this.plan = plan.with(0, SIGNED_EPOCHS);
    this.progress = progress;
    this.records = new SnapshotRecords(plan, Activations.of(plan));
  }

  OpenRunsReport measure() {
    int batches = Math.max(2, plan.batches());
    List<SyntheticRun> all = SyntheticRun.create(plan.runs(), 0);
    List<Step> steps = new ArrayList<>();
    try (Publisher publisher = new Publisher(target.bootstrapServers(), records);
        SignatureCollector signatures =
            new SignatureCollector(target.bootstrapServers(), target.signaturesTopic())) {
      int count = Math.min(STEPS, plan.runs());
      steps.add(step(0));
      for (int i = 0; i < count; i++) {
        int opened = all.size() * (i + 1) / count;
        List<SyntheticRun> group = all.subList(all.size() * i / count, opened);
        open(publisher, signatures, group, batches);
        steps.add(step(opened));
        progress.accept("  %d of %d runs are open".formatted(opened, all.size()));
      }
      for (SyntheticRun run : all) {
        publisher.publish(
            target.activationsTopic(), run, SnapshotRecords.end(run, SIGNED_EPOCHS + 1));
      }
      publisher.flush();
    }
    return OpenRunsReport.of(
        Machine.current(), plan.neurons(), plan.samples(), batches, peak(), steps);
  }

  /**
   * Opens a group of runs. Once a further snapshot on every partition, published last, has its
   * signature, the service has seen all of them.
   */
  private void open(
      Publisher publisher, SignatureCollector signatures, List<SyntheticRun> group, int batches) {
    signatures.expect(group);
    Publisher.Publication signed = publisher.publish(target.activationsTopic(), group, plan);
    int expected = signatures.arrivals().size() + group.size() * SIGNED_EPOCHS;
    signatures.await(expected, signed, new Progress(progress, "signatures", 0, expected));
    for (SyntheticRun run : group) {
      records.of(run, SIGNED_EPOCHS + 1, batches).stream()
          .limit(batches - 1)
          .forEach(batch -> publisher.publish(target.activationsTopic(), run, batch));
    }
    List<SyntheticRun> probes = SyntheticRun.create(signatures.partitions(), 0);
    signatures.expect(probes);
    for (int partition = 0; partition < probes.size(); partition++) {
      SyntheticRun run = probes.get(partition);
      for (byte[] batch : records.of(run, 1, plan.batches())) {
        publisher.publish(target.activationsTopic(), partition, run, batch);
      }
      publisher.publish(target.activationsTopic(), partition, run, SnapshotRecords.end(run, 1));
    }
    publisher.flush();
    signatures.await(
        expected + probes.size(), signed, new Progress(progress, "signatures", 0, expected));
    if (signatures.arrivals().size() < expected + probes.size()) {
      throw CommandFailure.failed(
          "%d of %d signatures did not arrive within a minute; see the log of the connectome service"
              .formatted(
                  expected + probes.size() - signatures.arrivals().size(),
                  expected + probes.size()));
    }
  }

  private Step step(int open) {
    long resident = target.service().map(ProcessUsage::residentBytes).orElse(0L);
    return new Step(open, resident, stateBytes(target.processes().connectomeState()));
  }

  private long peak() {
    return target.service().map(ProcessUsage::peakResidentBytes).orElse(0L);
  }

  private static long stateBytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(OpenRunsBench::size).sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Zero for a file that compaction has just deleted. */
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
