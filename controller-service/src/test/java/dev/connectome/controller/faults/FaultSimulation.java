package dev.connectome.controller.faults;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.run.RunState;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Runs that live through faults which a seed chooses: what fails, when, for how long, how each
 * trainer behaves, and what becomes of its signatures on the way.
 */
final class FaultSimulation {

  private static final double LOW = 0.5;
  private static final double HIGH = 10;
  private static final int RUNS = 24;
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration TO_REST = Duration.ofMinutes(4);

  private final FaultWorld world;
  private final Random random;
  private final PoisonedRuns poisoned;
  private final DeafProcesses processes;
  private final List<Subject> subjects = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private Duration lived = Duration.ZERO;

  /** A run and what its trainer is going to do. */
  private static final class Subject {
    private final UUID uid;

    /** From this epoch on the series is low; never, if it is negative. */
    private final int settlesAt;

    private LiveTrainer trainer;
    private Optional<SignatureRecord> delayed = Optional.empty();

    private Subject(UUID uid, int settlesAt, LiveTrainer trainer) {
      this.uid = uid;
      this.settlesAt = settlesAt;
      this.trainer = trainer;
    }
  }

  /**
   * @param processes where the trainers that are processes of the controllers have their files
   */
  FaultSimulation(FaultWorld world, Path processes, long seed) {
    this.world = world;
    this.poisoned = new PoisonedRuns(world);
    this.processes = new DeafProcesses(world, processes);
    this.random = new Random(seed);
  }

  /** What happened. */
  List<String> story() {
    return story;
  }

  void live(Duration time) throws Exception {
    poisoned.create();
    processes.create();
    for (int i = 0; i < RUNS; i++) {
      UUID uid = world.create("simulated-" + i);
      int settlesAt = random.nextInt(3) == 0 ? -1 : 3 + random.nextInt(20);
      subjects.add(new Subject(uid, settlesAt, newTrainer(uid)));
    }
    while (lived.compareTo(time) < 0) {
      for (Subject subject : subjects) {
        if (random.nextInt(4) == 0) {
          train(subject);
        }
      }
      switch (random.nextInt(60)) {
        case 0 -> outage();
        case 1 -> brokerAway();
        case 2, 3 -> kill();
        case 4, 5 -> stopByHand();
        case 6 -> resume();
        case 7 -> endTrainer();
        case 8, 9, 10, 11, 12 ->
            whateverComesOfIt(() -> processes.disturb(random, anyReplica().runs()));
        default -> {
          // A quiet moment.
        }
      }
      processes.look();
      pass(TICK);
    }
  }

  /** Outages count as time that is lived, so that a simulation is as long as it says. */
  private void pass(Duration time) throws InterruptedException {
    Outage.last(time);
    lived = lived.plus(time);
  }

  /**
   * Heals everything but the poisoned runs, lets every other come to its end, and removes those.
   */
  void comeToRest() throws Exception {
    for (FaultWorld.Replica replica : world.replicas()) {
      replica.restart();
      replica.awaitReady();
    }
    long end = System.nanoTime() + TO_REST.toNanos();
    List<Subject> left = subjects;
    while (!left.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "runs that do not end: "
                + left.stream()
                    .map(subject -> world.run(subject.uid).runId() + " " + state(subject))
                    .toList());
      }
      for (Subject subject : left) {
        if (subject.settlesAt < 0) {
          subject.trainer.finish(TrainingEnd.TRAINING_END_COMPLETED);
        }
        subject.trainer.release();
        train(subject);
      }
      Outage.last(TICK.multipliedBy(3));
      left = left.stream().filter(subject -> !state(subject).isEnd()).toList();
    }
    processes.comeToRest();
    poisoned.remove();
    tell(
        "%d runs ended: %s",
        subjects.size(),
        subjects.stream().collect(Collectors.groupingBy(this::state, Collectors.counting())));
  }

  /** Trains an epoch, if there is a trainer; a run that has none and may have one gets another. */
  private void train(Subject subject) throws Exception {
    RunState state = state(subject);
    // Who was given up goes on in a run that was resumed, until another takes his place.
    boolean givenUp =
        state == RunState.PENDING && world.run(subject.uid).attempt() == subject.trainer.attempt();
    if (subject.trainer.isGone() || (givenUp && subject.trainer.attempt() > 0)) {
      if (state == RunState.PENDING || state == RunState.LOST) {
        subject.trainer = newTrainer(subject.uid);
      }
      return;
    }
    int attempt = subject.trainer.attempt();
    if (attempt == 0) {
      return;
    }
    int epoch = subject.trainer.trainEpoch();
    double distance = subject.settlesAt >= 0 && epoch >= subject.settlesAt ? LOW : HIGH;
    SignatureRecord record = FaultWorld.signature(subject.uid, attempt, epoch, distance);
    switch (random.nextInt(12)) {
      case 0 -> {
        // Lost on the way.
      }
      case 1 -> world.publish(record, record);
      case 2 -> subject.delayed = Optional.of(record);
      case 3 -> world.publish(record, FaultWorld.signature(UUID.randomUUID(), 1, epoch, LOW));
      case 4 -> world.publish(record, FaultWorld.signature(subject.uid, attempt + 1, epoch, LOW));
      default -> world.publish(record);
    }
    if (subject.delayed.isPresent() && random.nextInt(3) == 0) {
      world.publish(subject.delayed.get());
      subject.delayed = Optional.empty();
    }
  }

  private LiveTrainer newTrainer(UUID uid) throws Exception {
    Manners[] all = Manners.values();
    Manners manners = random.nextBoolean() ? Manners.OBEDIENT : all[random.nextInt(all.length)];
    return world.train(uid, manners, anyReplica());
  }

  private void outage() throws Exception {
    Outage outage = Outage.values()[random.nextInt(Outage.values().length)];
    Duration length = Duration.ofMillis(200 + random.nextInt((int) Outage.length().toMillis()));
    tell("database %s for %s", outage, length);
    outage.begin(world);
    Instant begin = Instant.now();
    try {
      pass(length);
      if (random.nextInt(4) == 0) {
        kill();
      }
    } finally {
      world.clocks().nobodyDeliveredSince(begin);
      outage.end(world);
    }
  }

  private void brokerAway() throws Exception {
    Duration length = Duration.ofMillis(200 + random.nextInt(3_000));
    tell("broker away for %s", length);
    world.stopBroker();
    pass(length);
    world.startBroker();
  }

  /** Kills a controller, or starts those that were killed. */
  private void kill() throws Exception {
    if (random.nextBoolean()) {
      int victim = random.nextInt(world.replicas().size());
      tell("controller %d killed", victim);
      world.replica(victim).kill();
    } else {
      tell("controllers restarted");
      for (FaultWorld.Replica replica : world.replicas()) {
        replica.restart();
      }
    }
  }

  private void stopByHand() {
    Subject subject = any();
    tell("%s stopped by hand", subject.uid);
    var request =
        StopTrainingRunRequest.newBuilder()
            .setName("runs/" + subject.uid)
            .setReason("by hand")
            .setMode(
                random.nextBoolean() ? StopMode.STOP_MODE_GRACEFUL : StopMode.STOP_MODE_IMMEDIATE)
            .build();
    whateverComesOfIt(() -> anyReplica().runs().stopTrainingRun(request));
  }

  private void resume() {
    Subject subject = any();
    tell("%s resumed", subject.uid);
    var request = ResumeTrainingRunRequest.newBuilder().setName("runs/" + subject.uid).build();
    whateverComesOfIt(() -> anyReplica().runs().resumeTrainingRun(request));
  }

  private void endTrainer() {
    Subject subject = any();
    if (random.nextBoolean()) {
      tell("trainer of %s dies", subject.uid);
      subject.trainer.die();
    } else {
      tell("trainer of %s is interrupted", subject.uid);
      subject.trainer.finish(TrainingEnd.TRAINING_END_INTERRUPTED);
    }
  }

  /** A controller that is away or refuses is part of the game. */
  private void whateverComesOfIt(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      tell("  answered by %s", e.getStatus().getCode());
    }
  }

  private Subject any() {
    return subjects.get(random.nextInt(subjects.size()));
  }

  private FaultWorld.Replica anyReplica() {
    return world.replica(random.nextInt(world.replicas().size()));
  }

  private RunState state(Subject subject) {
    return world.run(subject.uid).state();
  }

  void tell(String what, Object... details) {
    story.add(what.formatted(details));
  }
}
