package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.AttemptState;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.compute.CompleteSnapshot;
import dev.connectome.signature.compute.Computation;
import dev.connectome.signature.compute.ConnectomeCache;
import dev.connectome.signature.compute.EarlierConnectome;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.store.RunStores;
import dev.connectome.topology.NeighbourTable;
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
  Computation compute(AttemptState state, OpenSnapshot snapshot, ActivationBatch last) {
    Optional<SignedSnapshot> previous = state.signed().previousTo(snapshot.epoch());
    Optional<SignedSnapshot> first = state.signed().firstBefore(snapshot.epoch());
    Optional<EarlierConnectome> earlier = previous.flatMap(signed -> load(last, signed));
    return engine.compute(
        new CompleteSnapshot(
            snapshot.shape().samples(),
            snapshot.shape().neurons(),
            snapshot.lastLayer().orElse(snapshot.shape().neurons()),
            matrix -> stores.batches().read(snapshot, last, matrix)),
        earlier,
        first.equals(previous) ? earlier : first.flatMap(signed -> load(last, signed)));
  }

  /** Stores what later snapshots are compared with; returns the state that names it. */
  AttemptState store(
      UUID runUid, AttemptState state, OpenSnapshot snapshot, Computation.Signed signed) {
    SignedSnapshot stored =
        new SignedSnapshot(
            snapshot.epoch(),
            snapshot.shape().neurons(),
            signed.neighbours().map(NeighbourTable::samples).orElse(0));
    stores.connectomes().put(runUid, state.attempt(), stored, signed.connectome());
    signed
        .neighbours()
        .ifPresent(table -> stores.neighbours().put(runUid, state.attempt(), stored, table));
    AttemptState after = state.withSigned(stored);
    cache.put(
        runUid,
        state.attempt(),
        new EarlierConnectome(
            stored.epoch(), signed.connectome(), signed.sets(), signed.neighbours()),
        after.signed().epochs());
    return after;
  }

  void evict(UUID runUid, AttemptState state) {
    cache.remove(runUid, state.attempt());
  }

  private Optional<EarlierConnectome> load(ActivationBatch batch, SignedSnapshot snapshot) {
    UUID runUid = batch.runUid();
    int attempt = batch.attempt();
    return cache
        .get(runUid, attempt, snapshot.epoch())
        .or(
            () ->
                stores
                    .connectomes()
                    .get(runUid, attempt, snapshot)
                    .map(
                        connectome ->
                            engine.restore(
                                snapshot.epoch(),
                                connectome,
                                stores.neighbours().get(runUid, attempt, snapshot))));
  }
}
