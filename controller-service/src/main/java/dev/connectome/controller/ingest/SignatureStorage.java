package dev.connectome.controller.ingest;

import dev.connectome.controller.ingest.HeldSignatures.Held;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import dev.connectome.controller.lifecycle.Refusal;
import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.store.DatabaseFault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores and evaluates batches of signatures. Every error of the database is retried. A run for
 * which it goes on failing is quarantined: its records are held and tried again later, and those of
 * other runs wait no longer.
 */
final class SignatureStorage {

  private static final Logger LOG = LoggerFactory.getLogger(SignatureStorage.class);
  private static final String WORK = "storage of its signatures";
  private static final Backoff RETRY = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  /** From this round on, a run that fails alone is held. */
  private static final int ROUNDS = 4;

  /** So that a pass takes no longer than Kafka waits for the next, even if all are locked. */
  private static final int MAX_RETRIES_IN_A_PASS = 20;

  private final PolicyEvaluator evaluator;
  private final Quarantine quarantine;
  private final DeadLetters deadLetters;
  private final Loop loop;
  private final HeldSignatures held;
  private final Consumer<Duration> pause;

  /**
   * @param pause waits; throws if the consumer is being closed
   */
  SignatureStorage(
      PolicyEvaluator evaluator,
      Quarantine quarantine,
      DeadLetters deadLetters,
      Loop loop,
      HeldSignatures held,
      Consumer<Duration> pause) {
    this.evaluator = evaluator;
    this.quarantine = quarantine;
    this.deadLetters = deadLetters;
    this.loop = loop;
    this.held = held;
    this.pause = pause;
  }

  /** Returns once each record is stored, refused, passed over or held. */
  void store(List<Held> records) {
    List<Held> free = new ArrayList<>();
    for (Held record : records) {
      UUID run = record.signature().runUid();
      if (held.contains(run)) {
        // It stays behind the records of its run that came before.
        held.add(record);
      } else {
        free.add(record);
      }
    }
    List<List<Held>> pending = free.isEmpty() ? List.of() : List.of(free);
    for (int round = 1; !pending.isEmpty(); round++) {
      pending = storeEach(pending, round);
      if (!pending.isEmpty()) {
        pause.accept(RETRY.delay(round, ThreadLocalRandom.current()));
        storeHeld();
      }
    }
  }

  /** Returns what is to be tried again. */
  private List<List<Held>> storeEach(List<List<Held>> groups, int round) {
    List<List<Held>> failed = new ArrayList<>();
    Set<UUID> waiting = new HashSet<>();
    boolean isDown = false;
    for (List<Held> group : groups) {
      if (held.contains(runOf(group))) {
        group.forEach(held::add);
        continue;
      }
      if (isDown || waiting.contains(runOf(group))) {
        failed.add(group);
        continue;
      }
      try {
        accept(group);
        group.forEach(record -> quarantine.release(WORK, record.signature().runUid()));
      } catch (RuntimeException e) {
        boolean retryable = DatabaseFault.isRetryable(e);
        isDown = isOutage(e);
        if (retryable) {
          loop.failed(e);
        }
        List<List<Held>> parts = parts(group, retryable);
        if (parts.size() > 1) {
          failed.addAll(parts);
        } else if (!retryable) {
          passOver(group, e);
        } else if (round < ROUNDS || isDown) {
          failed.add(group);
          waiting.add(runOf(group));
        } else {
          quarantine.hold(WORK, runOf(group), e);
          group.forEach(held::add);
        }
      }
    }
    return failed;
  }

  /** Tries again what has failed of runs whose pause is over. */
  void retry() {
    storeHeld();
    try {
      evaluator.retry(MAX_RETRIES_IN_A_PASS);
    } catch (RuntimeException e) {
      if (!isOutage(e)) {
        throw e;
      }
      loop.failed(e);
    }
  }

  private void storeHeld() {
    if (held.isEmpty()) {
      return;
    }
    Set<UUID> paused = quarantine.held(WORK);
    List<UUID> due =
        held.runs().stream()
            .filter(run -> !paused.contains(run))
            .limit(MAX_RETRIES_IN_A_PASS)
            .toList();
    for (UUID run : due) {
      if (!storeHeld(run)) {
        return;
      }
    }
  }

  /** Returns false if the database fails for all runs. */
  private boolean storeHeld(UUID run) {
    List<Held> records = held.of(run);
    List<Runnable> passedOver = new ArrayList<>();
    Deque<List<Held>> parts = new ArrayDeque<>(records.isEmpty() ? List.of() : List.of(records));
    while (!parts.isEmpty()) {
      List<Held> part = parts.removeFirst();
      try {
        accept(part);
      } catch (RuntimeException e) {
        if (isOutage(e)) {
          loop.failed(e);
          return false;
        }
        if (DatabaseFault.isRetryable(e)) {
          quarantine.hold(WORK, run, e);
          return true;
        }
        if (part.size() == 1) {
          passedOver.add(() -> passOver(part, e));
        } else {
          parts(part, false).forEach(parts::addLast);
        }
      }
    }
    // Only now: those of a run that is held again are tried again.
    passedOver.forEach(Runnable::run);
    held.release(run);
    // A run of which no record could be held is tried once its records are read again.
    if (!records.isEmpty()) {
      quarantine.release(WORK, run);
    }
    return true;
  }

  /** Records of partitions that somebody else reads now are that one's work. */
  void forget(Collection<TopicPartition> partitions) {
    held.removeAll(partitions).forEach(run -> quarantine.release(WORK, run));
  }

  private void accept(List<Held> group) {
    Map<ReceivedSignature, ConsumerRecord<byte[], byte[]>> origins = new IdentityHashMap<>();
    group.forEach(record -> origins.put(record.signature(), record.origin()));
    List<ReceivedSignature> signatures = group.stream().map(Held::signature).toList();
    for (Refusal refusal : evaluator.accept(signatures).refused()) {
      deadLetters.send(
          Objects.requireNonNull(origins.get(refusal.signature())),
          refusal.reason().name(),
          refusal.problem());
    }
  }

  private void passOver(List<Held> group, RuntimeException e) {
    LOG.error("signatures not stored runId={}", runOf(group), e);
    group.forEach(record -> deadLetters.send(record.origin(), "NOT_STORED", e.toString()));
  }

  private static boolean isOutage(RuntimeException e) {
    return DatabaseFault.of(e).filter(DatabaseFault::isForAll).isPresent();
  }

  private static UUID runOf(List<Held> group) {
    return group.get(0).signature().runUid();
  }

  /** A run's records, or one run's each alone if trying again does not help all of them. */
  private static List<List<Held>> parts(List<Held> group, boolean retryable) {
    List<List<Held>> runs = byRun(group);
    return runs.size() > 1 || retryable ? runs : group.stream().map(List::of).toList();
  }

  private static List<List<Held>> byRun(List<Held> records) {
    return List.copyOf(
        records.stream()
            .collect(
                Collectors.groupingBy(
                    record -> record.signature().runUid(), LinkedHashMap::new, Collectors.toList()))
            .values());
  }
}
