package dev.connectome.signature.faults;

import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.signature.fixture.TestSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * What trainers publish, given by a seed: several runs, each of several attempts of which all but
 * the last die in the middle of a snapshot; of the records of a run 5 % are published again later
 * and 5 % change places with the next. Somebody else announces the end of an attempt that never
 * was.
 */
final class Workload {

  private static final double DISORDER = 0.05;
  private static final int ATTEMPTS = 3;
  private static final int FORGED_ATTEMPT = Integer.MAX_VALUE;

  private final Map<SnapshotKey, TestSnapshot> snapshots = new HashMap<>();
  private final List<Sent> records = new ArrayList<>();

  private Workload() {}

  static Workload random(long seed, int runs, int epochs) {
    Workload workload = new Workload();
    Random random = new Random(seed);
    List<List<Sent>> byRun = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      byRun.add(workload.run(new UUID(seed, run + 1), epochs, random));
    }
    while (!byRun.isEmpty()) {
      List<Sent> next = byRun.get(random.nextInt(byRun.size()));
      workload.records.add(next.remove(0));
      byRun.removeIf(List::isEmpty);
    }
    return workload;
  }

  private List<Sent> run(UUID uid, int epochs, Random random) {
    List<Sent> all = new ArrayList<>();
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      int neurons = 8 + random.nextInt(24);
      List<Sent> ofAttempt = new ArrayList<>();
      for (int epoch = 1; epoch <= epochs; epoch++) {
        TestSnapshot snapshot = TestSnapshot.random(uid, attempt, epoch, 60, neurons);
        snapshots.put(new SnapshotKey(uid.toString(), attempt, epoch), snapshot);
        int batches = 1 + random.nextInt(3);
        snapshot.records(batches).forEach(record -> ofAttempt.add(new Sent(uid, record)));
      }
      if (attempt < ATTEMPTS) {
        int died = ofAttempt.size() / 2 + random.nextInt(ofAttempt.size() / 2);
        ofAttempt.subList(died, ofAttempt.size()).clear();
      }
      swapSome(ofAttempt, random);
      all.addAll(ofAttempt);
    }
    repeatSome(all, random);
    all.add(random.nextInt(all.size()), new Sent(uid, TestSnapshot.end(uid, FORGED_ATTEMPT, 1)));
    all.add(new Sent(uid, TestSnapshot.end(uid, ATTEMPTS, epochs)));
    return all;
  }

  /** No record moves by more than one place, so that none falls behind by two epochs. */
  private static void swapSome(List<Sent> records, Random random) {
    for (int i = 0; i + 1 < records.size(); i++) {
      if (random.nextDouble() < DISORDER) {
        Collections.swap(records, i, i + 1);
        i++;
      }
    }
  }

  private static void repeatSome(List<Sent> records, Random random) {
    for (int i = records.size() - 1; i >= 0; i--) {
      if (random.nextDouble() < DISORDER) {
        int later = Math.min(records.size(), i + 1 + random.nextInt(6));
        records.add(later, records.get(i));
      }
    }
  }

  /** The records in the order in which they are published. */
  List<Sent> records() {
    return records;
  }

  /** The snapshots that are published completely. */
  Set<SnapshotKey> complete() {
    Map<SnapshotKey, Set<Integer>> arrived = new HashMap<>();
    Set<SnapshotKey> complete = new HashSet<>();
    for (Sent sent : records) {
      if (sent.record().hasBatch()) {
        ActivationBatch batch = sent.record().getBatch();
        SnapshotKey key = SnapshotKey.of(batch);
        Set<Integer> indexes = arrived.computeIfAbsent(key, any -> new HashSet<>());
        indexes.add(batch.getBatchIndex());
        if (indexes.size() == batch.getBatchCount()) {
          complete.add(key);
        }
      }
    }
    return complete;
  }

  /** The snapshots of which any batch is published. */
  Set<SnapshotKey> begun() {
    Set<SnapshotKey> begun = new HashSet<>();
    for (Sent sent : records) {
      if (sent.record().hasBatch()) {
        begun.add(SnapshotKey.of(sent.record().getBatch()));
      }
    }
    return begun;
  }

  /** The snapshots of an attempt by epoch. */
  Map<Integer, TestSnapshot> attempt(SnapshotKey key) {
    Map<Integer, TestSnapshot> ofAttempt = new HashMap<>();
    snapshots.forEach(
        (other, snapshot) -> {
          if (other.runUid().equals(key.runUid()) && other.attempt() == key.attempt()) {
            ofAttempt.put(other.epoch(), snapshot);
          }
        });
    return ofAttempt;
  }

  /** A record of a run. */
  record Sent(UUID run, ActivationRecord record) {}
}
