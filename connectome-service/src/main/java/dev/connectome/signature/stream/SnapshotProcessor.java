package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.ActivationMessage;
import dev.connectome.signature.assembly.FailureReason;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.assembly.RunState;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.assembly.SnapshotAssembler;
import dev.connectome.signature.assembly.SnapshotFailure;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.Step;
import dev.connectome.signature.assembly.Transition;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.MalformedRecordException;
import dev.connectome.signature.codec.SignatureEncoder;
import dev.connectome.signature.compute.Computation;
import dev.connectome.signature.compute.EarlierConnectome;
import dev.connectome.signature.compute.ConnectomeCache;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.store.RunStores;
import dev.connectome.signature.stream.DeadLetters.ProcessingError;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Processes the records of one partition: decode, decide, compute, then write. What can fail
 * because of a record comes before the first write, so that a record either takes effect as a whole
 * or becomes a dead letter.
 */
final class SnapshotProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private static final Logger LOG = Logger.getLogger(SnapshotProcessor.class);

  private final ActivationDecoder decoder;
  private final SnapshotAssembler assembler;
  private final SignatureEngine engine;
  private final Retention retention;
  private final PipelineMeters meters;
  private final long recentBytes;

  private @Nullable Task task;

  SnapshotProcessor(
      ActivationDecoder decoder,
      SnapshotAssembler assembler,
      SignatureEngine engine,
      Retention retention,
      PipelineMeters meters,
      long recentBytes) {
    this.decoder = decoder;
    this.assembler = assembler;
    this.engine = engine;
    this.retention = retention;
    this.meters = meters;
    this.recentBytes = recentBytes;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    task = new Task(context);
    context.schedule(
        retention.checkInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        time -> initialised().expireSilentRuns());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    initialised().process(record);
  }

  private Task initialised() {
    if (task == null) {
      throw new IllegalStateException("the processor was used before it was initialised");
    }
    return task;
  }

  /** The processor once it has its context and stores. */
  private final class Task {

    private final ProcessorContext<byte[], byte[]> context;
    private final RunStores stores;
    private final ConnectomeCache recent = new ConnectomeCache(recentBytes);
    private final DeadLetters deadLetters;

    /** Of the record that is being processed; empty if it is time that passes. */
    private Headers trace = new RecordHeaders();

    Task(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
      this.stores = new RunStores(context);
      this.deadLetters = new DeadLetters(context, meters);
    }

    void process(Record<byte[], byte[]> record) {
      trace = TraceHeaders.of(record.headers());
      Plan plan;
      try {
        plan = plan(decoder.decode(record.key(), record.value()));
      } catch (MalformedRecordException e) {
        deadLetters.send(record, e.defect(), e.problem());
        return;
      } catch (KafkaException e) {
        // The stores' or the client's own trouble, not the record's: Kafka Streams restarts the
        // task.
        throw e;
      } catch (RuntimeException e) {
        LOG.error("record could not be processed", e);
        deadLetters.send(record, ProcessingError.PROCESSING_FAILED, e.toString());
        return;
      } catch (OutOfMemoryError e) {
        // One array too large, for a snapshot within the limits but beyond this process.
        deadLetters.send(record, ProcessingError.OUT_OF_MEMORY, e.toString());
        return;
      }
      carryOut(plan);
    }

    void expireSilentRuns() {
      trace = new RecordHeaders();
      Instant now = now();
      stores.forEachRun(
          (runUid, state) -> {
            if (retention.isForgotten(state, now)) {
              stores.forget(runUid, state);
            } else if (retention.isSilent(state, now)) {
              Transition transition = assembler.expire(state);
              transition.failures().forEach(failure -> publish(runUid, failure));
              stores.save(runUid, state, transition.state());
              recent.forget(runUid);
              LOG.infof(
                  "run fell silent, its state was dropped runId=%s attempt=%d",
                  runUid, state.attempt());
            }
          });
    }

    private Plan plan(ActivationMessage message) {
      RunState before = stores.load(message.runUid());
      Transition transition = assembler.accept(before, message, now());
      Computation computation = null;
      if (transition.step() instanceof Step.Completed completed
          && message instanceof ActivationBatch batch) {
        computation = compute(transition.state(), completed.snapshot(), batch);
      }
      return new Plan(message, before, transition, computation);
    }

    private Computation compute(RunState state, OpenSnapshot snapshot, ActivationBatch last) {
      Optional<SignedSnapshot> previous = state.signed().previousTo(snapshot.epoch());
      Optional<SignedSnapshot> first = state.signed().firstBefore(snapshot.epoch());
      Optional<EarlierConnectome> earlier = previous.map(signed -> recall(last, signed));
      return engine.compute(
          snapshot.shape().samples(),
          snapshot.shape().neurons(),
          matrix -> stores.readActivations(snapshot, last, matrix),
          earlier,
          first.equals(previous) ? earlier : first.map(signed -> recall(last, signed)));
    }

    private EarlierConnectome recall(ActivationBatch batch, SignedSnapshot snapshot) {
      return recent
          .find(batch.runUid(), batch.attempt(), snapshot.epoch())
          .orElseGet(
              () ->
                  engine.recall(
                      snapshot.epoch(),
                      stores.readConnectome(batch.runUid(), batch.attempt(), snapshot)));
    }

    private void carryOut(Plan plan) {
      UUID runUid = plan.message().runUid();
      Transition transition = plan.transition();
      if (transition.step() instanceof Step.Ignored ignored) {
        meters.ignored(ignored.reason());
        return;
      }
      RunState after = transition.state();
      transition.failures().forEach(failure -> publish(runUid, failure));
      if (transition.step() instanceof Step.Kept
          && plan.message() instanceof ActivationBatch batch) {
        stores.keepBatch(batch);
      } else if (transition.step() instanceof Step.Completed completed) {
        meters.assembled(Duration.between(completed.snapshot().begunAt(), after.lastSeen()));
        after = publish(runUid, after, completed.snapshot(), plan.computation());
      }
      stores.save(runUid, plan.before(), after);
      if (!after.holdsActivations()) {
        recent.forget(runUid);
      }
    }

    private RunState publish(
        UUID runUid, RunState state, OpenSnapshot snapshot, @Nullable Computation computation) {
      if (computation instanceof Computation.Signed signed) {
        SignedSnapshot kept = new SignedSnapshot(snapshot.epoch(), snapshot.shape().neurons());
        stores.keepConnectome(runUid, state.attempt(), kept, signed.connectome());
        meters.signed(signed.signature().computeTime());
        publish(
            runUid,
            SignatureEncoder.encode(
                runUid,
                state.attempt(),
                snapshot.epoch(),
                snapshot.notes(),
                signed.signature(),
                now()),
            snapshot.notes());
        RunState after = state.withSigned(kept);
        recent.keep(
            runUid,
            state.attempt(),
            new EarlierConnectome(kept.epoch(), signed.connectome(), signed.sets()),
            after.signed().epochs());
        return after;
      }
      if (computation instanceof Computation.NonFinite nonFinite) {
        publish(
            runUid,
            new SnapshotFailure(
                state.attempt(),
                snapshot.epoch(),
                FailureReason.NON_FINITE_ACTIVATIONS,
                nonFinite.message(),
                snapshot.notes()));
      }
      return state;
    }

    private void publish(UUID runUid, SnapshotFailure failure) {
      meters.failed(failure.reason());
      LOG.warnf(
          "snapshot closed without a signature runId=%s attempt=%d epoch=%d reason=%s message=%s",
          runUid, failure.attempt(), failure.epoch(), failure.reason(), failure.message());
      publish(runUid, SignatureEncoder.encode(runUid, failure, now()), failure.notes());
    }

    private void publish(UUID runUid, byte[] value, SnapshotMetadata notes) {
      Instant now = now();
      context.forward(
          new Record<>(runUid.toString().getBytes(UTF_8), value, now.toEpochMilli(), trace),
          SignatureTopology.SIGNATURES);
      if (notes.capturedAt() != null) {
        meters.published(Duration.between(notes.capturedAt(), now));
      }
    }

    private Instant now() {
      return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
  }

  /** All that is to be done for a record, with nothing done yet. */
  private record Plan(
      ActivationMessage message,
      @Nullable RunState before,
      Transition transition,
      @Nullable Computation computation) {}
}
