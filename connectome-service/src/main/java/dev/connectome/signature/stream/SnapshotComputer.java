package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RunState;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.compute.Computation;
import dev.connectome.signature.compute.ConnectomeCache;
import dev.connectome.signature.compute.EarlierConnectome;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.store.RunStores;
import java.util.Optional;
import java.util.UUID;

/** Computes signatures from the stored batches and connectomes, and stores new connectomes. */
final class SnapshotComputer {

  private final RunStores stores;
  private final SignatureEngine engine;
  private final ConnectomeCache cache;

  SnapshotComputer(RunStores stores, SignatureEngine engine, ConnectomeCache cache) {
    this.stores = stores;
    this.engine = engine;
    this.cache = cache;
  }

  /** Computes the snapshot that {@code last} completes; writes nothing. */
  Computation compute(RunState state, OpenSnapshot snapshot, ActivationBatch last) {
    Optional<SignedSnapshot> previous = state.signed().previousTo(snapshot.epoch());
    Optional<SignedSnapshot> first = state.signed().firstBefore(snapshot.epoch());
    Optional<EarlierConnectome> earlier = previous.map(signed -> load(last, signed));
    return engine.compute(
        snapshot.shape().samples(),
        snapshot.shape().neurons(),
        matrix -> stores.batches().read(snapshot, last, matrix),
        earlier,
        first.equals(previous) ? earlier : first.map(signed -> load(last, signed)));
  }

  /** Stores the connectome of a snapshot; returns the state that names it. */
  RunState store(UUID runUid, RunState state, OpenSnapshot snapshot, Computation.Signed signed) {
    SignedSnapshot stored = new SignedSnapshot(snapshot.epoch(), snapshot.shape().neurons());
    stores.connectomes().put(runUid, state.attempt(), stored, signed.connectome());
    RunState after = state.withSigned(stored);
    cache.put(
        runUid,
        state.attempt(),
        new EarlierConnectome(stored.epoch(), signed.connectome(), signed.sets()),
        after.signed().epochs());
    return after;
  }

  void evict(UUID runUid) {
    cache.remove(runUid);
  }

  private EarlierConnectome load(ActivationBatch batch, SignedSnapshot snapshot) {
    UUID runUid = batch.runUid();
    int attempt = batch.attempt();
    return cache
        .get(runUid, attempt, snapshot.epoch())
        .orElseGet(
            () ->
                engine.restore(
                    snapshot.epoch(), stores.connectomes().get(runUid, attempt, snapshot)));
  }
}
