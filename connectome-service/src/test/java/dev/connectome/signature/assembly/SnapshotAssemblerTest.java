package dev.connectome.signature.assembly;

import static dev.connectome.signature.assembly.FailureReason.INCOMPLETE;
import static dev.connectome.signature.assembly.FailureReason.INCONSISTENT_SHAPE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotAssemblerTest {

  private static final UUID RUN = new UUID(0, 1);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final SnapshotAssembler assembler = new SnapshotAssembler();
  private final List<SnapshotFailure> failures = new ArrayList<>();
  private @Nullable AttemptState state;

  @Test
  void aSnapshotOfOneBatchIsCompleteAtOnce() {
    Step step = take(batch(1, 1, 0, 1));

    assertThat(step).isInstanceOf(Step.Completed.class);
    assertThat(state.open()).isEmpty();
    assertThat(state.recorded().contains(1)).isTrue();
  }

  @Test
  void batchesMayArriveInAnyOrder() {
    assertThat(take(batch(1, 1, 2, 3))).isInstanceOf(Step.Stored.class);
    assertThat(take(batch(1, 1, 0, 3))).isInstanceOf(Step.Stored.class);
    Step step = take(batch(1, 1, 1, 3));

    assertThat(step).isInstanceOf(Step.Completed.class);
    assertThat(((Step.Completed) step).snapshot().blocks())
        .extracting(RowBlock::index)
        .containsExactly(2, 0, 1);
    assertThat(failures).isEmpty();
  }

  @Test
  void aBatchThatIsAlreadyStoredIsIgnored() {
    take(batch(1, 1, 0, 2));

    assertThat(take(batch(1, 1, 0, 2))).isEqualTo(ignored(IgnoredReason.DUPLICATE_BATCH));
  }

  @Test
  void anEpochThatWasNotProbedIsRecordedOnce() {
    EpochMetrics metrics = metrics(1, 2);

    assertThat(take(metrics)).isEqualTo(new Step.Measured(metrics));
    assertThat(take(metrics)).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(take(batch(1, 2, 0, 1))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
  }

  @Test
  void metricsOfAnEpochWhoseSnapshotIsOpenChangeNothing() {
    take(batch(1, 1, 0, 2));

    assertThat(take(metrics(1, 1))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(take(batch(1, 1, 1, 2))).isInstanceOf(Step.Completed.class);
  }

  @Test
  void twoLaterEpochsThatWereNotProbedCloseASnapshot() {
    take(batch(1, 1, 0, 2));
    take(metrics(1, 2));
    take(metrics(1, 3));

    assertThat(failures).extracting(SnapshotFailure::epoch).containsExactly(1);
    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCOMPLETE);
  }

  private static EpochMetrics metrics(int attempt, int epoch) {
    return new EpochMetrics(
        RUN, attempt, epoch, new SnapshotMetadata(NOW, Map.of("trainLoss", 1.0 / epoch)));
  }

  @Test
  void aBatchOfARecordedEpochIsIgnored() {
    take(batch(1, 1, 0, 1));
    sign(1);

    assertThat(take(batch(1, 1, 0, 1))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
  }

  @Test
  void theFirstLaterEpochDoesNotCloseASnapshot() {
    take(batch(1, 1, 0, 2));
    take(batch(1, 2, 0, 1));

    assertThat(take(batch(1, 1, 1, 2))).isInstanceOf(Step.Completed.class);
    assertThat(failures).isEmpty();
  }

  @Test
  void theSecondLaterEpochClosesASnapshotEvenWhenItIsItselfIncomplete() {
    take(batch(1, 1, 0, 2));
    take(batch(1, 2, 0, 1));
    Step step = take(batch(1, 3, 0, 2));

    assertThat(step).isInstanceOf(Step.Stored.class);
    assertThat(failures).extracting(SnapshotFailure::epoch).containsExactly(1);
    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCOMPLETE);
    assertThat(take(batch(1, 1, 1, 2))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
  }

  @Test
  void epochsNeedNotFollowEachOther() {
    take(batch(1, 10, 0, 2));
    take(batch(1, 20, 0, 2));
    take(batch(1, 30, 0, 2));

    assertThat(failures).extracting(SnapshotFailure::epoch).containsExactly(10);
  }

  @Test
  void anEpochThatComesAfterTwoLaterOnesIsRecordedAsIncompleteOnce() {
    take(batch(1, 2, 0, 1));
    take(batch(1, 3, 0, 1));
    Step first = take(batch(1, 1, 0, 2));
    Step second = take(batch(1, 1, 1, 2));

    assertThat(first).isInstanceOf(Step.Closed.class);
    assertThat(second).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCOMPLETE);
  }

  @Test
  void theEndOfAnAttemptClosesOpenSnapshotsAndKeepsTheRecordedEpochs() {
    take(batch(1, 1, 0, 1));
    sign(1);
    take(batch(1, 2, 0, 2));
    Step step = take(new AttemptEnd(RUN, 1));

    assertThat(step).isInstanceOf(Step.Closed.class);
    assertThat(failures).extracting(SnapshotFailure::epoch).containsExactly(2);
    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCOMPLETE);
    assertThat(state.holdsData()).isFalse();
    assertThat(take(batch(1, 1, 0, 1))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(take(batch(1, 2, 1, 2))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(take(new AttemptEnd(RUN, 1))).isEqualTo(ignored(IgnoredReason.NOTHING_HELD));
  }

  @Test
  void anEndThatWasAnnouncedTooEarlyBarsNothing() {
    take(new AttemptEnd(RUN, 1));
    take(batch(1, 1, 0, 1));
    sign(1);
    take(new AttemptEnd(RUN, 1));

    assertThat(take(batch(1, 2, 0, 1))).isInstanceOf(Step.Completed.class);
    assertThat(failures).isEmpty();
  }

  @Test
  void theEndOfAnAttemptThatPublishedNothingLeavesNothing() {
    Transition transition = assembler.accept(null, new AttemptEnd(RUN, 1), NOW);

    assertThat(transition.step()).isEqualTo(ignored(IgnoredReason.NOTHING_HELD));
  }

  @Test
  void batchesThatDisagreeOnTheShapeCloseTheSnapshot() {
    take(batch(1, 1, 0, 2));
    take(batch(1, 1, new SnapshotShape(2, 3, 2), new RowBlock(1, 1, 1)));

    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCONSISTENT_SHAPE);
    assertThat(take(batch(1, 1, 1, 2))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
  }

  @Test
  void batchesThatShareARowCloseTheSnapshot() {
    SnapshotShape shape = new SnapshotShape(4, 2, 2);
    take(batch(1, 1, shape, new RowBlock(0, 0, 3)));
    take(batch(1, 1, shape, new RowBlock(1, 2, 2)));

    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCONSISTENT_SHAPE);
  }

  @Test
  void theSamePlaceWithOtherRowsClosesTheSnapshot() {
    SnapshotShape shape = new SnapshotShape(4, 2, 2);
    take(batch(1, 1, shape, new RowBlock(0, 0, 2)));
    take(batch(1, 1, shape, new RowBlock(0, 2, 2)));

    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCONSISTENT_SHAPE);
  }

  @Test
  void batchesThatMissARowCloseTheSnapshot() {
    SnapshotShape shape = new SnapshotShape(4, 2, 2);
    take(batch(1, 1, shape, new RowBlock(0, 0, 1)));
    take(batch(1, 1, shape, new RowBlock(1, 2, 2)));

    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCONSISTENT_SHAPE);
    assertThat(failures.get(0).message()).isEqualTo("its 2 batches hold 3 of 4 rows");
  }

  @Test
  void theShapeMayChangeBetweenSnapshots() {
    take(batch(1, 1, 0, 1));
    Step step = take(batch(1, 2, new SnapshotShape(5, 7, 1), new RowBlock(0, 0, 5)));

    assertThat(step).isInstanceOf(Step.Completed.class);
    assertThat(failures).isEmpty();
  }

  @Test
  void aSilentRunLosesItsOpenSnapshotsButKeepsTheRecordedEpochsAndConnectomes() {
    take(batch(1, 1, 0, 1));
    sign(1);
    take(batch(1, 2, 0, 2));

    Transition transition = assembler.expire(state);

    assertThat(transition.failures())
        .extracting(SnapshotFailure::reason)
        .containsExactly(INCOMPLETE);
    state = transition.state();
    assertThat(state.open()).isEmpty();
    assertThat(state.signed().epochs()).containsExactly(1);
    assertThat(take(batch(1, 2, 1, 2))).isEqualTo(ignored(IgnoredReason.ALREADY_RECORDED));
    assertThat(take(batch(1, 3, 0, 1))).isInstanceOf(Step.Completed.class);
  }

  @Test
  void theMetadataOfTheFirstBatchThatHasAnyIsPassedOn() {
    SnapshotShape shape = new SnapshotShape(2, 2, 2);
    take(
        new ActivationBatch(
            RUN,
            1,
            1,
            shape,
            new RowBlock(0, 0, 1),
            values(shape, 1),
            List.of(),
            OptionalInt.empty(),
            SnapshotMetadata.NONE));
    SnapshotMetadata metadata = new SnapshotMetadata(NOW, Map.of("trainLoss", 0.5));
    Step step =
        take(
            new ActivationBatch(
                RUN,
                1,
                1,
                shape,
                new RowBlock(1, 1, 1),
                values(shape, 1),
                List.of(),
                OptionalInt.empty(),
                metadata));

    assertThat(((Step.Completed) step).snapshot().metadata()).isEqualTo(metadata);
  }

  @Test
  void anyBatchMayNameTheLastLayer() {
    SnapshotShape shape = new SnapshotShape(3, 4, 3);
    take(batch(1, 1, shape, new RowBlock(0, 0, 1)));
    take(batch(1, 1, shape, new RowBlock(1, 1, 1), OptionalInt.of(3)));
    Step step = take(batch(1, 1, shape, new RowBlock(2, 2, 1)));

    assertThat(((Step.Completed) step).snapshot().lastLayer()).hasValue(3);
  }

  @Test
  void batchesThatDisagreeOnTheLastLayerCloseTheSnapshot() {
    SnapshotShape shape = new SnapshotShape(2, 4, 2);
    take(batch(1, 1, shape, new RowBlock(0, 0, 1), OptionalInt.of(3)));
    take(batch(1, 1, shape, new RowBlock(1, 1, 1), OptionalInt.of(2)));

    assertThat(failures).extracting(SnapshotFailure::reason).containsExactly(INCONSISTENT_SHAPE);
    assertThat(failures.get(0).message())
        .isEqualTo(
            "batch 1 (rows 1 to 1) says that the last layer has 2 neurons, an earlier batch said"
                + " 3");
  }

  @Test
  void distancesAreTakenToTheLatestEarlierSnapshotAndToTheFirst() {
    for (int epoch = 1; epoch <= 4; epoch++) {
      take(batch(1, epoch, 0, 1));
      sign(epoch);
    }

    assertThat(state.signed().previousTo(5)).contains(new SignedSnapshot(4, 2, 0));
    assertThat(state.signed().firstBefore(5)).contains(new SignedSnapshot(1, 2, 0));
    assertThat(state.signed().snapshots())
        .extracting(SignedSnapshot::epoch)
        .containsExactly(1, 3, 4);
  }

  @Test
  void aSnapshotCompletedAfterTheNextOneIsComparedWithTheOneBeforeBoth() {
    take(batch(1, 1, 0, 1));
    sign(1);
    take(batch(1, 2, 0, 1));
    sign(2);
    take(batch(1, 4, 0, 1));
    sign(4);

    assertThat(take(batch(1, 3, 0, 1))).isInstanceOf(Step.Completed.class);
    assertThat(state.signed().previousTo(3)).contains(new SignedSnapshot(2, 2, 0));
  }

  private Step take(ActivationMessage message) {
    Transition transition = assembler.accept(state, message, NOW);
    state = transition.state();
    failures.addAll(transition.failures());
    return transition.step();
  }

  private void sign(int epoch) {
    state = state.withSigned(new SignedSnapshot(epoch, 2, 0));
  }

  private static Step ignored(IgnoredReason reason) {
    return new Step.Ignored(reason);
  }

  private static ActivationBatch batch(int attempt, int epoch, int index, int count) {
    return batch(attempt, epoch, new SnapshotShape(count, 2, count), new RowBlock(index, index, 1));
  }

  private static ActivationBatch batch(
      int attempt, int epoch, SnapshotShape shape, RowBlock block) {
    return batch(attempt, epoch, shape, block, OptionalInt.empty());
  }

  private static ActivationBatch batch(
      int attempt, int epoch, SnapshotShape shape, RowBlock block, OptionalInt lastLayer) {
    return new ActivationBatch(
        RUN,
        attempt,
        epoch,
        shape,
        block,
        values(shape, block.sampleCount()),
        List.of(),
        lastLayer,
        SnapshotMetadata.NONE);
  }

  private static ByteBuffer values(SnapshotShape shape, int rows) {
    return ByteBuffer.allocate(rows * shape.neurons() * Float.BYTES);
  }
}
