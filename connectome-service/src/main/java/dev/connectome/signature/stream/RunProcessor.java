package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.ActivationMessage;
import dev.connectome.signature.assembly.AttemptState;
import dev.connectome.signature.assembly.FailureReason;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.assembly.SnapshotAssembler;
import dev.connectome.signature.assembly.SnapshotFailure;
import dev.connectome.signature.assembly.Step;
import dev.connectome.signature.assembly.Transition;
import dev.connectome.signature.compute.Computation;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.store.RunStores;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies records to the runs of one partition, in two steps: {@link #plan} reads and computes but
 * writes nothing, {@link #carryOut} writes and publishes.
 */
final class RunProcessor {

  private static final Logger LOG = Logger.getLogger(RunProcessor.class);

  private final SnapshotAssembler assembler = new SnapshotAssembler();
  private final RunStores stores;
  private final SnapshotComputer computer;
  private final SignaturePublisher publisher;
  private final PipelineMeters meters;
  private final InstantSource clock;

  /** When this processor was started, or last read what was published long before. */
  private Instant caughtUp;

  private Instant newestPublished = Instant.EPOCH;

  RunProcessor(
      RunStores stores,
      SnapshotComputer computer,
      SignaturePublisher publisher,
      PipelineMeters meters,
      InstantSource clock) {
    this.stores = stores;
    this.computer = computer;
    this.publisher = publisher;
    this.meters = meters;
    this.clock = clock;
    this.caughtUp = clock.instant();
  }

  /**
   * Notes when the record that is being read was published. As long as the newest of the partition
   * is old, more of the backlog follows: the records of a silent attempt may be among them.
   */
  void read(Instant published) {
    newestPublished = published.isAfter(newestPublished) ? published : newestPublished;
    Instant now = clock.instant();
    if (Retention.isBacklog(newestPublished, now)) {
      caughtUp = now;
    }
  }

  Plan plan(ActivationMessage message) {
    AttemptState before = stores.load(message.key());
    Transition transition = assembler.accept(before, message, clock.instant());
    SnapshotComputer.Computed computed = null;
    if (transition.step() instanceof Step.Completed completed
        && message instanceof ActivationBatch batch) {
      computed = computer.plan(transition.state(), completed.snapshot(), batch);
    }
    return new Plan(message, before, transition, computed);
  }

  void carryOut(Plan plan, Headers trace) {
    UUID runUid = plan.message().runUid();
    Transition transition = plan.transition();
    if (transition.step() instanceof Step.Ignored ignored) {
      meters.countIgnored(ignored.reason());
      return;
    }
    AttemptState after = transition.state();
    transition.failures().forEach(failure -> publisher.publish(runUid, failure, trace));
    if (transition.step() instanceof Step.Stored
        && plan.message() instanceof ActivationBatch batch) {
      stores.batches().put(batch);
    } else if (transition.step() instanceof Step.Completed completed) {
      OpenSnapshot snapshot = completed.snapshot();
      meters.recordAssemblyTime(Duration.between(snapshot.openedAt(), after.lastSeen()));
      after = publish(runUid, after, snapshot, plan.computed(), trace);
    } else if (transition.step() instanceof Step.Measured measured) {
      publisher.publish(measured.metrics(), trace);
    }
    stores.save(runUid, plan.before(), after);
    if (!after.holdsData()) {
      computer.evict(runUid, after);
    }
  }

  void expireSilentAttempts(Retention retention) {
    stores.forEachAttempt(
        (runUid, state) -> {
          if (retention.canBeDeleted(state, caughtUp, clock.instant())) {
            stores.delete(runUid, state);
            computer.evict(runUid, state);
          } else if (retention.isSilent(state, caughtUp, clock.instant())) {
            expire(runUid, state);
          }
        });
  }

  private void expire(UUID runUid, AttemptState state) {
    Transition transition = assembler.expire(state);
    Headers noTrace = new RecordHeaders();
    transition.failures().forEach(failure -> publisher.publish(runUid, failure, noTrace));
    stores.save(runUid, state, transition.state());
    LOG.infof(
        "attempt is silent, its open snapshots were closed runId=%s attempt=%d",
        runUid, state.attempt());
  }

  private AttemptState publish(
      UUID runUid,
      AttemptState state,
      OpenSnapshot snapshot,
      SnapshotComputer.@Nullable Computed computed,
      Headers trace) {
    if (computed == null) {
      return state;
    }
    Computation computation = computed.computation();
    if (computation instanceof Computation.Signed signed) {
      AttemptState after = computer.store(runUid, state, snapshot, signed, computed.pages());
      publisher.publish(runUid, state.attempt(), snapshot, signed.signature(), trace);
      return after;
    }
    if (computation instanceof Computation.NonFinite nonFinite) {
      SnapshotFailure failure =
          new SnapshotFailure(
              state.attempt(),
              snapshot.epoch(),
              FailureReason.NON_FINITE_ACTIVATIONS,
              nonFinite.message(),
              snapshot.metadata());
      publisher.publish(runUid, failure, trace);
    }
    return state;
  }

  /** The effects of a record; {@code computed} is null unless it completes a snapshot. */
  record Plan(
      ActivationMessage message,
      @Nullable AttemptState before,
      Transition transition,
      SnapshotComputer.@Nullable Computed computed) {}
}
