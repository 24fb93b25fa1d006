package dev.connectome.signature.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** As {@code connectome up} starts the service. */
  private final MemoryBudget oneMachine =
      MemoryBudget.divide(384 * MIB, 24 * GIB, 1, 64 * MIB, 32 * MIB);

  @Test
  void theHeapOfOneMachineHoldsWhatTrainersProbeByDefault() {
    assertThat(oneMachine.refusal(1000, 4096)).isEmpty();
    assertThat(oneMachine.maxNeurons()).isEqualTo(4096);
  }

  @Test
  void fewRowsOfTooManyNeuronsAreRefused() {
    assertThat(oneMachine.refusal(14, 16_384))
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal)
                    .contains("16384 neurons needs 3584 MiB of heap")
                    .contains("this service has 224 MiB for one, enough for 4096 neurons"));
  }

  @Test
  void tooManyRowsAreRefused() {
    assertThat(oneMachine.refusal(100_000, 1100))
        .hasValueSatisfying(
            refusal -> assertThat(refusal).contains("needs 844 MiB").contains("outside the heap"));
    assertThat(oneMachine.refusal(65_536, 1024)).isEmpty();
  }

  @Test
  void aContainerLimitsTheMemoryOutsideTheHeap() {
    MemoryBudget container = MemoryBudget.divide(1228 * MIB, 2 * GIB, 1, 64 * MIB, 32 * MIB);

    assertThat(container.nativeBytes()).isEqualTo(468 * MIB);
    assertThat(container.refusal(1000, 8192)).isEmpty();
    assertThat(container.refusal(30_000, 2048)).isPresent();
  }

  @Test
  void theSampleGraphOfOneMachineFitsForWhatTrainersProbeByDefault() {
    assertThat(oneMachine.fitsSampleGraph(1000, 4096, 4096)).isTrue();
    assertThat(oneMachine.fitsSampleGraph(4_000, 1_024, 1_024)).isTrue();
  }

  @Test
  void aSampleGraphBeyondTheMemoryDoesNotFitThoughItsSnapshotDoes() {
    assertThat(oneMachine.refusal(5_000, 16)).isEmpty();
    assertThat(oneMachine.fitsSampleGraph(5_000, 16, 16)).isFalse();
    MemoryBudget fewOutside = new MemoryBudget(64 * MIB, MIB);
    assertThat(fewOutside.refusal(1_000, 16)).isEmpty();
    assertThat(fewOutside.fitsSampleGraph(1_000, 16, 16)).isFalse();
  }

  @Test
  void threadsShareTheMemory() {
    MemoryBudget two = MemoryBudget.divide(384 * MIB, 24 * GIB, 2, 64 * MIB, 32 * MIB);

    assertThat(two.heapBytes()).isEqualTo(oneMachine.heapBytes() / 2);
    assertThat(two.nativeBytes()).isEqualTo(oneMachine.nativeBytes() / 2);
  }

  @Test
  void aSmallHeapStillAdmitsSmallSnapshots() {
    MemoryBudget small = MemoryBudget.divide(128 * MIB, 256 * MIB, 1, 64 * MIB, 32 * MIB);

    assertThat(small.refusal(1000, 1024)).isEmpty();
  }

  @Test
  void theMemoryOfThisProcessAdmitsSmallSnapshots() {
    assertThat(MemoryBudget.ofProcess(1, 64 * MIB, 32 * MIB).refusal(1000, 384)).isEmpty();
  }
}
