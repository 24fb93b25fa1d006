package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signatures that are missing, late, repeated, of nobody or none at all. */
class SignatureFaultsIT {

  private static FaultWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = FaultWorld.start(TestDatabase.create(), 1, Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @Test
  void twiceLateOutOfOrderAndMissingPointsStopNothingAndKeepNobodyWaiting() throws Exception {
    LiveTrainer disturbed = world.running("disturbed", Manners.OBEDIENT);
    UUID uid = disturbed.runUid();
    world.publish(uid, 1, 1, 10);
    world.publish(uid, 1, 2, 10);
    world.publish(uid, 1, 3, 0.5);
    world.publish(uid, 1, 3, 0.5);
    world.publish(uid, 1, 6, 0.5);
    world.publish(uid, 1, 5, 10);
    world.publish(uid, 1, 4, 10);
    world.publish(uid, 1, 3, 0.5);
    world.publish(uid, 1, 7, Double.NaN);
    world.publish(uid, 9, 1, 0.5);
    world.publish(uid, 0, 1, 0.5);
    world.publish(uid, 1, 0, 0.5);
    world.publish(uid, 1, -3, 0.5);
    world.publish(SignatureRecord.newBuilder().setRunUid(uid.toString()).build());
    world.publish(SignatureRecord.newBuilder().setRunUid("nobody").setAttempt(1).build());
    world.publish(UUID.randomUUID(), 1, 1, 0.5);
    world.publish("nonsense", "no signature".getBytes(StandardCharsets.UTF_8));

    LiveTrainer undisturbed = world.running("undisturbed", Manners.OBEDIENT);
    world.settle(undisturbed);
    world.awaitEnd(undisturbed.runUid());
    await().atMost(FaultWorld.TIMEOUT).until(() -> epochs(uid).size() == 7);
    assertThat(epochs(uid)).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(world.run(uid).state()).isEqualTo(RunState.RUNNING);
    assertThat(world.kinds(uid)).doesNotContain("DECIDED");

    world.publish(uid, 1, 8, 0.5);
    world.publish(uid, 1, 10, 0.5);
    world.awaitEnd(uid);
    assertThat(world.run(uid).state()).isEqualTo(RunState.STOPPED);
    world.invariants().check();
  }

  @Test
  void signaturesOfAnOldAttemptDecideNothing() throws Exception {
    LiveTrainer first = world.running("attempts", Manners.OBEDIENT);
    UUID uid = first.runUid();
    world.publish(uid, 1, 1, 10);
    world.publish(uid, 1, 2, 10);
    first.finish(TrainingEnd.TRAINING_END_INTERRUPTED);
    await().atMost(FaultWorld.TIMEOUT).until(() -> world.run(uid).state() == RunState.PENDING);
    LiveTrainer second = world.train(uid, Manners.OBEDIENT, world.replica(0));
    second.awaitRegistered();
    assertThat(second.attempt()).isEqualTo(2);

    world.publish(uid, 1, 3, 0.5);
    world.publish(uid, 1, 4, 0.5);
    world.publish(uid, 1, 5, 0.5);
    world.publish(uid, 1, 6, 0.5);
    await().atMost(FaultWorld.TIMEOUT).until(() -> epochs(uid).size() == 6);
    assertThat(world.kinds(uid)).doesNotContain("DECIDED");
    assertThat(world.run(uid).state()).isEqualTo(RunState.RUNNING);

    world.publish(uid, 2, 3, 10);
    for (int epoch = 4; epoch <= 6; epoch++) {
      world.publish(uid, 2, epoch, 0.5);
    }
    world.awaitEnd(uid);
    assertThat(world.run(uid).state()).isEqualTo(RunState.STOPPED);
    assertThat(first.obeyed()).isEmpty();
    world.invariants().check();
  }

  private static List<Integer> epochs(UUID uid) {
    return world
        .store()
        .inTransaction(
            transaction -> transaction.history().signatures(uid, 0, 0, Integer.MAX_VALUE))
        .stream()
        .map(SignatureRow::epoch)
        .toList();
  }
}
