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
import dev.connectome.signature.store.ConnectomeStore;
import dev.connectome.signature.store.RunStores;
import dev.connectome.topology.NeighbourTable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Computes signatures from the stored batches and connectomes, and stores new connectomes. */
final class SnapshotComputer {

  private static final Logger LOG = Logger.getLogger(SnapshotComputer.class);

  private final RunStores stores;
  private final SignatureEngine engine;
  private final ConnectomeCache cache;

  SnapshotComputer(RunStores stores, SignatureEngine engine, ConnectomeCache cache) {
    this.stores = stores;
    this.engine = engine;
    this.cache = cache;
  }

  /** Computes what {@link #store} writes of the snapshot that {@code last} completes. */
  Computed plan(AttemptState state, OpenSnapshot snapshot, ActivationBatch last) {
    Computation computation = compute(state, snapshot, last);
    return new Computed(
        computation,
        computation instanceof Computation.Signed signed
            ? ConnectomeStore.pagesOf(signed.connectome())
            : List.of());
  }

  private Computation compute(AttemptState state, OpenSnapshot snapshot, ActivationBatch last) {
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
      UUID runUid,
      AttemptState state,
      OpenSnapshot snapshot,
      Computation.Signed signed,
      List<byte[]> pages) {
    SignedSnapshot stored =
        new SignedSnapshot(
            snapshot.epoch(),
            snapshot.shape().neurons(),
            signed.neighbours().map(NeighbourTable::samples).orElse(0));
    stores.connectomes().put(runUid, state.attempt(), stored, pages);
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

  /** The memory may have been larger when the connectome was stored. */
  private Optional<EarlierConnectome> load(ActivationBatch batch, SignedSnapshot snapshot) {
    UUID runUid = batch.runUid();
    int attempt = batch.attempt();
    Optional<EarlierConnectome> cached = cache.get(runUid, attempt, snapshot.epoch());
    if (cached.isEmpty() && !engine.canRestore(snapshot.neurons())) {
      LOG.warnf(
          "connectome too large for the memory of this service, signatures have no distance from it runId=%s attempt=%d epoch=%d neurons=%d",
          runUid, attempt, snapshot.epoch(), snapshot.neurons());
      return Optional.empty();
    }
    return cached.or(
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

  /**
   * A computation and the pages of its connectome, none if there is none. They are made before
   * anything is written: memory may run out.
   */
  record Computed(Computation computation, List<byte[]> pages) {}
}
