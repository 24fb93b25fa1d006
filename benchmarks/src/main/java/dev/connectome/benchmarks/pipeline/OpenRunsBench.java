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
 * Opens more and more runs and looks what the service holds of them. Each run has a first and a
 * previous connectome, and a snapshot of which all batches but the last have come.
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
    this.plan = plan.at(0, SIGNED_EPOCHS);
    this.progress = progress;
    this.records = new SnapshotRecords(plan, Activations.of(plan));
  }

  OpenRunsReport measure() {
    int batches = Math.max(2, plan.batches());
    List<SyntheticRun> all = SyntheticRun.several(plan.runs(), 0);
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
        Machine.here(), plan.neurons(), plan.samples(), batches, peak(), steps);
  }

  /**
   * Opens a group of runs. That the service has seen all of them is known from one more snapshot on
   * every partition, published last.
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
    List<SyntheticRun> last = SyntheticRun.several(signatures.partitions(), 0);
    signatures.expect(last);
    for (int partition = 0; partition < last.size(); partition++) {
      SyntheticRun run = last.get(partition);
      for (byte[] batch : records.of(run, 1, plan.batches())) {
        publisher.publish(target.activationsTopic(), partition, run, batch);
      }
      publisher.publish(target.activationsTopic(), partition, run, SnapshotRecords.end(run, 1));
    }
    publisher.flush();
    signatures.await(
        expected + last.size(), signed, new Progress(progress, "signatures", 0, expected));
    if (signatures.arrivals().size() < expected + last.size()) {
      throw CommandFailure.failed(
          "%d of %d signatures did not come within a minute; the log of the service says why"
              .formatted(
                  expected + last.size() - signatures.arrivals().size(), expected + last.size()));
    }
  }

  private Step step(int open) {
    long resident = target.service().map(use -> use.residentBytes().orElse(0)).orElse(0L);
    return new Step(open, resident, stateBytes(target.processes().connectomeState()));
  }

  private long peak() {
    return target.service().map(ProcessUsage::peakResidentBytes).map(b -> b.orElse(0)).orElse(0L);
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

  /** Zero for a file that a compaction has just removed. */
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
