package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.MalformedRecordException;
import dev.connectome.signature.compute.ConnectomeCache;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.store.RunStores;
import dev.connectome.signature.stream.DeadLetters.ProcessingError;
import dev.connectome.signature.stream.RunProcessor.Plan;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Processes the records of one partition. Whatever can fail because of a record happens before the
 * first write, so that a record takes effect as a whole or becomes a dead letter.
 */
final class SnapshotProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private static final Logger LOG = Logger.getLogger(SnapshotProcessor.class);

  private final ActivationDecoder decoder;
  private final SignatureEngine engine;
  private final Retention retention;
  private final PipelineMeters meters;
  private final long cacheBytes;

  private @Nullable Task task;

  SnapshotProcessor(
      ActivationDecoder decoder,
      SignatureEngine engine,
      Retention retention,
      PipelineMeters meters,
      long cacheBytes) {
    this.decoder = decoder;
    this.engine = engine;
    this.retention = retention;
    this.meters = meters;
    this.cacheBytes = cacheBytes;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    InstantSource clock = () -> Instant.ofEpochMilli(context.currentSystemTimeMs());
    RunStores stores = new RunStores(context);
    RunProcessor runs =
        new RunProcessor(
            stores,
            new SnapshotComputer(stores, engine, new ConnectomeCache(cacheBytes)),
            new SignaturePublisher(context, meters, clock),
            meters,
            clock);
    task = new Task(runs, new DeadLetters(context, meters));
    context.schedule(
        retention.checkInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        time -> runs.expireSilentAttempts(retention));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task == null) {
      throw new IllegalStateException("the processor was used before it was initialised");
    }
    task.runs().read(Instant.ofEpochMilli(record.timestamp()));
    Plan plan;
    try {
      plan = task.runs().plan(decoder.decode(record.key(), record.value()));
    } catch (MalformedRecordException e) {
      task.deadLetters().send(record, e.defect(), e.problem());
      return;
    } catch (KafkaException e) {
      // A fault of the stores or clients, not of the record: Kafka Streams restarts the task.
      throw e;
    } catch (RuntimeException e) {
      LOG.error("record could not be processed", e);
      task.deadLetters().send(record, ProcessingError.PROCESSING_FAILED, e.toString());
      return;
    } catch (OutOfMemoryError e) {
      // The memory budget admitted a snapshot for which there was no memory after all.
      task.deadLetters().send(record, ProcessingError.OUT_OF_MEMORY, e.toString());
      return;
    }
    task.runs().carryOut(plan, TraceHeaders.of(record.headers()));
  }

  /** What exists only once Kafka Streams has given the context. */
  private record Task(RunProcessor runs, DeadLetters deadLetters) {}
}
